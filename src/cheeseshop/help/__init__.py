# SPDX-License-Identifier: Apache-2.0
"""The help page: every question people ask an index, by fragments that messages and other sites link to."""
