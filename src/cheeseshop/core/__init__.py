# SPDX-License-Identifier: Apache-2.0
"""What several domains share: errors, clock, identifiers, settings, frozen facts. Imports nothing of ours."""
