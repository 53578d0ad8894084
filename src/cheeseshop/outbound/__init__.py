# SPDX-License-Identifier: Apache-2.0
"""Requests to addresses that strangers name: only to what anybody can reach, bounded in size and time."""
