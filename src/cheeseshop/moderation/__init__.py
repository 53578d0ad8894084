# SPDX-License-Identifier: Apache-2.0
"""What people and checks observe about projects, for those who keep the index clean."""
