# SPDX-License-Identifier: Apache-2.0
"""Trusted publishing: identities of build services that upload without a secret, and the tokens they are given."""
