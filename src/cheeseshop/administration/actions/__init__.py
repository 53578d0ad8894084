# SPDX-License-Identifier: Apache-2.0
"""What keepers can do, by what it is done to."""
