# SPDX-License-Identifier: Apache-2.0
"""Organisations: who belongs to them, their teams, their projects, their service accounts."""
