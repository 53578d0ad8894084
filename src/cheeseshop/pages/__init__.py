# SPDX-License-Identifier: Apache-2.0
"""Index pages: rendered from rows, published under the lock of a project."""
