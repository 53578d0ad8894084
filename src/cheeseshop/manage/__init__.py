# SPDX-License-Identifier: Apache-2.0
"""The pages on which people manage their projects."""
