# SPDX-License-Identifier: Apache-2.0
"""Webhooks: what the journal says of a project, told to addresses that its owners name, signed and retried."""
