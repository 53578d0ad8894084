# SPDX-License-Identifier: Apache-2.0
"""Known vulnerabilities: read in the OSV format, matched to releases, shown, and asked for by auditors."""
