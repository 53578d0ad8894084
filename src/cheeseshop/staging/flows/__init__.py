# SPDX-License-Identifier: Apache-2.0
"""Writes of staged releases: one module a use case."""
