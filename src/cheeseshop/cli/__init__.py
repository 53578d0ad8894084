# SPDX-License-Identifier: Apache-2.0
"""Front end: the cheeseshop command."""
