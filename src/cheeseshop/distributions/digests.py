# SPDX-License-Identifier: Apache-2.0
"""Comparison of the digests a client declares with those of the bytes that arrived."""

import hmac
from typing import TYPE_CHECKING

from cheeseshop.distributions.errors import DistributionRefused

if TYPE_CHECKING:
    from cheeseshop.distributions.form import UploadForm


def check_digests(form: "UploadForm", *, md5: str, sha256: str, blake2_256: str) -> None:
    """Refuse the file unless every digest that the form declares is that of the bytes received.

    The arguments are hexadecimal digests of the bytes received. Each comparison takes constant time and ignores case.

    :raises DistributionRefused: with the form field of the first digest that differs.
    """
    computed = {"md5_digest": md5, "sha256_digest": sha256, "blake2_256_digest": blake2_256}
    declared = {
        "md5_digest": form.digests.md5,
        "sha256_digest": form.digests.sha256,
        "blake2_256_digest": form.digests.blake2_256,
    }
    for field, digest in declared.items():
        # Bytes, because `compare_digest` takes only ASCII text.
        if digest is not None and not hmac.compare_digest(digest.lower().encode(), computed[field].lower().encode()):
            raise DistributionRefused(
                "The digest supplied does not match a digest calculated from the uploaded file.", field
            )
