# SPDX-License-Identifier: Apache-2.0
"""The pages of accounts, by what they are about."""
