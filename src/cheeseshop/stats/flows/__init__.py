# SPDX-License-Identifier: Apache-2.0
"""What is done with downloads: counting, tidying, reading other servers' logs."""
