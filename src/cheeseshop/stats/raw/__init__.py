# SPDX-License-Identifier: Apache-2.0
"""Where downloads are kept one by one: Parquet files that DuckDB reads, and ClickHouse where a site has one."""
