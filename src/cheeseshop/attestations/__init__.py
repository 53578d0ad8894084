# SPDX-License-Identifier: Apache-2.0
"""Attestations (PEP 740): signed statements about a file, verified when it is uploaded, kept and shown."""
