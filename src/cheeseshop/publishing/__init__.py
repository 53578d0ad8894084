# SPDX-License-Identifier: Apache-2.0
"""The application layer: run a flow, publish what it dirtied, then answer."""
