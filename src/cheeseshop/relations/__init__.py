# SPDX-License-Identifier: Apache-2.0
"""What projects require, and by what they are required."""
