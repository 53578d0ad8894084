# SPDX-License-Identifier: Apache-2.0
"""Descriptions as readers see them: links and pictures resolved, pictures fetched by us and not by their browsers."""
