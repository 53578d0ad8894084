# SPDX-License-Identifier: Apache-2.0
"""Counts by day as pages show them: one interface, answered by the database's roll-ups or by ClickHouse."""
