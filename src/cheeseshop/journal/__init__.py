# SPDX-License-Identifier: Apache-2.0
"""The serial, the journal of every change, and dirty marks."""
