# SPDX-License-Identifier: Apache-2.0
"""What changes organisations: one file a use case. Each locks the organisation's row, and writes its history."""
