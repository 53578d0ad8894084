# SPDX-License-Identifier: Apache-2.0
"""Every archive of the hostile corpus is refused, for its own reason, also among old files where that is unsafe."""

import io

import pytest

from cheeseshop.distributions import DistributionRefused, inspect_distribution
from tests.support.archives.hostile import HostileCase
from tests.support.archives.hostile_sdist import SDIST_CASES
from tests.support.archives.hostile_wheel import WHEEL_CASES
from tests.support.archives.hostile_zip import ZIP_CASES

CASES = (*ZIP_CASES, *WHEEL_CASES, *SDIST_CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile_archive_is_refused(case: HostileCase):
    filename, content = case.build()
    with pytest.raises(DistributionRefused) as refusal:
        inspect_distribution(io.BytesIO(content), filename, None)
    assert case.reason in refusal.value.message


@pytest.mark.parametrize("case", ZIP_CASES, ids=lambda case: case.name)
def test_unsound_zip_is_refused_even_as_an_old_file(case: HostileCase):
    filename, content = case.build()
    with pytest.raises(DistributionRefused):
        inspect_distribution(io.BytesIO(content), filename, None, legacy=True)


def test_corpus_is_large_and_its_cases_differ():
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert len({case.build() for case in CASES}) == len(CASES)
