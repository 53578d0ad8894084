# SPDX-License-Identifier: Apache-2.0
"""Writes of publishers: one module a use case."""
