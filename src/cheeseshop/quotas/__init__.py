# SPDX-License-Identifier: Apache-2.0
"""Larger limits for a project: asked for by an owner, decided by an administrator."""
