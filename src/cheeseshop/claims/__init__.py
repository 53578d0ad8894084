# SPDX-License-Identifier: Apache-2.0
"""Asking for a name that is abandoned or should not be taken: PEP 541, from the request to the decision."""
