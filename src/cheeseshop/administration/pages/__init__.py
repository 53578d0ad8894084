# SPDX-License-Identifier: Apache-2.0
"""Every page of the administration site, registered by its model, in the order of the start page."""

from cheeseshop.administration.pages import accounts, index, keeping, organizations, prohibited

__all__ = ["accounts", "index", "keeping", "organizations", "prohibited"]
