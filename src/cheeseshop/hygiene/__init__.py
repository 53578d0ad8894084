# SPDX-License-Identifier: Apache-2.0
"""What lies about and could be misused: access that nobody uses, what expires soon, what hangs on one person."""
