# SPDX-License-Identifier: Apache-2.0
"""Mails: kept in a queue until they are delivered."""
