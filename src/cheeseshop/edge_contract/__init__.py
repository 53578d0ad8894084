# SPDX-License-Identifier: Apache-2.0
"""What the edge and the page publisher agree on: keys, containers, assembly, protocols."""
