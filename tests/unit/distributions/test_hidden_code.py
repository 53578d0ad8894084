# SPDX-License-Identifier: Apache-2.0
"""Python code that was encrypted is refused, in wheels and source distributions; code that speaks of it is not."""

import io

import pytest

from cheeseshop.distributions.allowances import Allowances
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.inspection import inspect_distribution
from tests.support.archives import build_sdist, build_wheel

PYARMOR = b"from pyarmor_runtime_000000 import __pyarmor__\n__pyarmor__(__name__, __file__, b'PY000000\\x00')\n"
SOURCEDEFENDER = b"---BEGIN PYE FILE---\nVGhpcyBpcyBub3QgcmVhZGFibGU=\n---END PYE FILE---\n"
HIDDEN = [("demo/core.py", PYARMOR, "PyArmor"), ("demo/core.pye", SOURCEDEFENDER, "SourceDefender")]


def check(built: tuple[str, bytes], **options: object) -> tuple[str, ...]:
    filename, content = built
    return inspect_distribution(io.BytesIO(content), filename, None, **options).faults  # type: ignore[arg-type]


@pytest.mark.parametrize("build", [build_wheel, build_sdist])
@pytest.mark.parametrize(("name", "code", "tool"), HIDDEN)
def test_hidden_code_is_refused(build: object, name: str, code: bytes, tool: str) -> None:
    built = build("demo", "1.0", extra={name: code})  # type: ignore[operator]
    with pytest.raises(DistributionRefused, match=f"is encrypted by {tool}; code must be readable"):
        check(built)
    assert check(built, allowances=Allowances(hidden_code=True)) == ()
    (fault,) = check(built, legacy=True)
    assert tool in fault


@pytest.mark.parametrize(
    "content",
    [
        b'print("__pyarmor__(__name__, __file__, ...) begins what PyArmor writes")\n',
        b"# ---BEGIN PYE FILE--- begins what SourceDefender writes\n",
        b"def __pyarmor__(name, file, code):\n    ...\n",
        b"",
    ],
)
def test_code_that_speaks_of_it_is_accepted(content: bytes) -> None:
    assert check(build_wheel("demo", "1.0", extra={"demo/about.py": content})) == ()


def test_other_files_are_not_looked_into() -> None:
    assert check(build_wheel("demo", "1.0", extra={"demo/sample.txt": PYARMOR})) == ()
