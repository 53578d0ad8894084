# SPDX-License-Identifier: Apache-2.0
"""Django's SQLite backend, set up for an index: WAL, full durability, immediate writers, a fair queue."""
