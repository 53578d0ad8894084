# SPDX-License-Identifier: Apache-2.0
"""Releases that are staged: sessions, files and previews of the draft of Upload 2.0 (PEP 694)."""
