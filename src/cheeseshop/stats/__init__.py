# SPDX-License-Identifier: Apache-2.0
"""Download statistics: what the edge counted, kept as Parquet, and rolled up into what pages show."""
