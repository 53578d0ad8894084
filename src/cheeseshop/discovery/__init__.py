# SPDX-License-Identifier: Apache-2.0
"""Finding projects: an index of one document each, ranked search over it on either database, and its pages."""
