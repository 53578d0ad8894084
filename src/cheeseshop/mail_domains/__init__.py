# SPDX-License-Identifier: Apache-2.0
"""The domains of e-mail addresses: whether they still take mail, and whether they are still registered as they were.

Whoever registers a domain that somebody let go gets the mail that is meant for them, and with it their account.
"""
