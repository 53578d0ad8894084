# SPDX-License-Identifier: Apache-2.0
"""Front end: Django settings, URLs, applications."""
