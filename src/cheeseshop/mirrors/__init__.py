# SPDX-License-Identifier: Apache-2.0
"""XML-RPC, as mirrors and old clients speak it: changes by serial, names with serials, roles."""
