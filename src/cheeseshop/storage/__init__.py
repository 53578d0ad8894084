# SPDX-License-Identifier: Apache-2.0
"""Bytes: blobs, the public tree and pages behind one interface. No models, no Django."""
