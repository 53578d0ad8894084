# SPDX-License-Identifier: Apache-2.0
"""Bytes: blobs, the public tree and pages behind one interface. No models, no Django."""

from cheeseshop.storage.election import Election
from cheeseshop.storage.folder import Store, digests, open_store, replace_file

__all__ = ["Election", "Store", "digests", "open_store", "replace_file"]
