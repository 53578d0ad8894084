# SPDX-License-Identifier: Apache-2.0
"""Measures our speed beside that of peers."""
