# SPDX-License-Identifier: Apache-2.0
"""The management API: what people do on the site, by programs with tokens. Both call the same flows."""
