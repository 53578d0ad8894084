# SPDX-License-Identifier: Apache-2.0
import pytest

from cheeseshop.distributions import DistributionRefused, check_digests, validate_form
from tests.unit.distributions.forms import form_fields

COMPUTED = {"md5": "a" * 32, "sha256": "b" * 64, "blake2_256": "c" * 64}
FIELDS = {"md5": "md5_digest", "sha256": "sha256_digest", "blake2_256": "blake2_256_digest"}


@pytest.mark.parametrize("name", COMPUTED)
def test_digest_agrees_in_any_case(name: str):
    form = validate_form(form_fields(**({"sha256_digest": []} | {FIELDS[name]: COMPUTED[name].upper()})))
    check_digests(form, **COMPUTED)


@pytest.mark.parametrize("name", COMPUTED)
def test_each_digest_supplied_is_compared(name: str):
    declared = {field: COMPUTED[key] for key, field in FIELDS.items()}
    declared[FIELDS[name]] = "d" * len(COMPUTED[name])
    with pytest.raises(DistributionRefused, match="does not match a digest calculated") as refusal:
        check_digests(validate_form(form_fields(**declared)), **COMPUTED)
    assert refusal.value.field == FIELDS[name]


@pytest.mark.parametrize("digest", ["", "é", "a" * 31, "a" * 33])
def test_odd_md5_is_no_match_and_no_error(digest: str):
    form = validate_form(form_fields(sha256_digest="b" * 64, md5_digest=digest or "0"))
    with pytest.raises(DistributionRefused):
        check_digests(form, **COMPUTED)
