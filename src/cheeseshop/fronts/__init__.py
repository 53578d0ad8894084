# SPDX-License-Identifier: Apache-2.0
"""Caches in front of the index: what changed is purged there, at once and once more, whatever fails in between."""
