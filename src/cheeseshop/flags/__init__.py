# SPDX-License-Identifier: Apache-2.0
"""Switches that act at once on every worker, banners, and the page that says how the index is."""
