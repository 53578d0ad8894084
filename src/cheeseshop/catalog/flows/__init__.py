# SPDX-License-Identifier: Apache-2.0
"""Writes of the catalogue: one module a use case."""
