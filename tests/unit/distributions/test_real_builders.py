# SPDX-License-Identifier: Apache-2.0
"""What real build tools make passes, with the metadata that the project declares."""

import subprocess
import sys
from pathlib import Path

import pytest

from cheeseshop.distributions import inspect_distribution, render_description

BACKENDS = {"flit": "flit_core.buildapi", "hatchling": "hatchling.build"}
PROJECT = """
[project]
name = "My.Demo"
version = "1.0.0"
description = "A demonstration — of Unicode"
readme = "README.md"
license = "MIT"
license-files = ["LICENSE", "vendor/LICENSE.txt"]
requires-python = ">=3.9"
authors = [{ name = "Zoë", email = "zoe@example.com" }]
classifiers = ["Programming Language :: Python :: 3"]
dependencies = ["packaging>=24", "tomli; python_version < '3.11'"]
[project.optional-dependencies]
fast = ["orjson"]
[project.scripts]
my-demo = "my_demo:main"
[project.urls]
Homepage = "https://demo.example/"
[tool.flit.module]
name = "my_demo"
[tool.hatch.build.targets.wheel]
packages = ["my_demo"]
"""


@pytest.fixture(params=BACKENDS)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    backend = BACKENDS[request.param]
    requires = backend.partition(".")[0]
    build_system = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n'
    for name, content in {
        "pyproject.toml": build_system + PROJECT,
        "README.md": "# Demo\n\nA *demonstration*.\n",
        "LICENSE": "text",
        "vendor/LICENSE.txt": "text",
        "my_demo/__init__.py": "def main():\n    return 0\n",
        "my_demo/data/table.csv": "a,b\n",
        "my_demo/empty.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return backend, tmp_path


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_build_passes(kind: str, project: tuple[str, Path]):
    backend, root = project
    call = f"import sys, {backend} as backend; print(backend.build_{kind}('dist'))"
    (root / "dist").mkdir()
    built = subprocess.run([sys.executable, "-c", call], cwd=root, check=True, capture_output=True, text=True)
    filename = built.stdout.split()[-1]
    with (root / "dist" / filename).open("rb") as source:
        found = inspect_distribution(source, filename, None)
    assert found.faults == ()
    assert found.metadata.summary == "A demonstration — of Unicode"
    assert found.metadata.license_files == ("LICENSE", "vendor/LICENSE.txt")
    assert found.metadata.provides_extra == ("fast",)
    assert len(found.metadata.requires_dist) == 3
    html = render_description(found.metadata.description, found.metadata.description_content_type)
    assert "<em>demonstration</em>" in html
