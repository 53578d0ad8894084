# SPDX-License-Identifier: Apache-2.0
"""Admission and acceptance of uploads: POST /legacy/."""
