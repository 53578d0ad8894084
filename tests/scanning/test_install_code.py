# SPDX-License-Identifier: Apache-2.0
"""What code that runs while installing does is read from it, under whatever names it is imported."""

import pytest

from cheeseshop.scanning.findings import Findings
from cheeseshop.scanning.install_code import LARGEST, InstallCode, look_into


def rules(source: str) -> set[str]:
    found = Findings()
    look_into("setup.py", source.encode(), found)
    return {each.rule.removeprefix("install-") for each in found.all()}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from setuptools import setup\nsetup(name='a')", set()),
        ("import socket", {"network"}),
        ("import urllib.request as u\nu.urlopen('http://a')", {"network"}),
        ("from urllib import request", {"network"}),
        ("import urllib.parse", set()),
        ("import requests.sessions", {"network"}),
        ("__import__('socket').socket()", {"network"}),
        ("import importlib\nimportlib.import_module('socket')", {"network"}),
        ("requests = ['a']\nprint(requests)", set()),
        ("import subprocess", {"program"}),
        ("from os import system as s\ns('id')", {"program"}),
        ("import os as o\ngetattr(o, 'system')('id')", {"program"}),
        ("import os\nos.path.join('a')", set()),
        ("import os\nos.popen('id').read()", {"program"}),
        ("exec(open('version.py').read())", {"execution"}),
        ("eval('1')", {"execution"}),
        ("import base64\nexec(base64.b64decode('YQ=='))", {"decoding", "hidden-code"}),
        ("from zlib import decompress as d\nexec(d(b''))", {"decoding", "hidden-code"}),
        ("exec(bytes.fromhex('61'))", {"decoding", "hidden-code"}),
        ("import re\nre.compile('a')", set()),
        ("from setuptools import setup\nsetup(cmdclass={'install': X})", {"command"}),
        ("from setuptools import setup\nsetup(cmdclass={'build_ext': X})", set()),
        ("from setuptools.command.install import install as i\nclass X(i): pass", {"command"}),
        ("import versioneer\nsetup(cmdclass=versioneer.get_cmdclass())", set()),
        ("print 'python 2'", {"unreadable"}),
        ("a\0b", {"unreadable"}),
        ("(" * 5000, {"unreadable"}),
    ],
)
def test_what_is_called_is_found(source: str, expected: set[str]) -> None:
    assert rules(source) == expected


def looked(**files: bytes) -> list[str]:
    code, found = InstallCode(), Findings()
    for path, data in files.items():
        code.keep("demo-1.0/" + path.replace("__", "/").replace("_py", ".py").replace("_toml", ".toml"), data)
    code.look(found)
    return [place for each in found.all() for place in each.places]


def test_setup_and_backends_of_its_own_are_looked_into_and_nothing_else() -> None:
    bad = b"import socket"
    assert looked(setup_py=bad, demo__net_py=bad, tests__setup_py=bad) == ["setup.py:1"]
    own = b'[build-system]\nbuild-backend = "build_it:main"\nbackend-path = ["tools"]'
    assert looked(pyproject_toml=own.replace(b"build_it", b"it"), tools__it_py=bad, it_py=bad) == ["tools/it.py:1"]
    here = b'[build-system]\nbuild-backend = "it"\nbackend-path = ["."]'
    assert looked(pyproject_toml=here, it_py=bad) == ["it.py:1"]
    for strange in (b"[", b"build-system = 1", b"[build-system]\nbackend-path = 1", b"\xff"):
        assert looked(pyproject_toml=strange, it_py=bad) == []


def test_what_is_kept_is_bounded() -> None:
    code, found = InstallCode(), Findings()
    code.keep("demo-1.0/setup.py", b"import socket\n" + b"#" * LARGEST)
    code.look(found)
    assert found.all() == []
