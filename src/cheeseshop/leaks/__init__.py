# SPDX-License-Identifier: Apache-2.0
"""API tokens found where they do not belong: told by scanners, pasted by administrators, uploaded in files."""
