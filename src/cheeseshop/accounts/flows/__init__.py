# SPDX-License-Identifier: Apache-2.0
"""What changes accounts: one file a use case."""
