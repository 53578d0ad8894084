# SPDX-License-Identifier: Apache-2.0
"""What programs read to follow the index: RSS, site maps, and the files that crawlers look for."""
