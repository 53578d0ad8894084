# SPDX-License-Identifier: Apache-2.0
"""Pages that everybody reads, and pages on which administrators write."""
