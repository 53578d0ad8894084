# SPDX-License-Identifier: Apache-2.0
"""What changes claims, by what it is about."""
