# SPDX-License-Identifier: Apache-2.0
"""English, as the British write it."""
