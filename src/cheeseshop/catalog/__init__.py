# SPDX-License-Identifier: Apache-2.0
"""Projects, releases and files, and the rules that hold between them."""
