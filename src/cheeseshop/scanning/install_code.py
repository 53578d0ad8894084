# SPDX-License-Identifier: Apache-2.0
"""Code that runs while a source distribution is built: ``setup.py`` and build backends that it brings along.

It is parsed and never run. What is looked for is what installing has little need of: the network, other programs,
code that is made of data, commands of its own in place of setuptools'.
"""

import ast
import tomllib
import warnings
from collections.abc import Iterator
from typing import Final

from cheeseshop.distributions.limits import MIB
from cheeseshop.scanning.findings import Findings

LARGEST: Final = MIB
_KEPT: Final = 8 * MIB
_DEPTH: Final = 3

_NETWORK: Final = (
    "socket", "ssl", "http.client", "urllib.request", "urllib.urlopen", "urllib2", "urllib3", "requests", "httpx",
    "aiohttp", "ftplib", "smtplib", "telnetlib", "paramiko", "websocket", "websockets", "xmlrpc.client",
)  # fmt: skip
_PROGRAMS: Final = (
    "subprocess", "os.system", "os.popen", "os.startfile", "os.execl", "os.execle", "os.execlp", "os.execv",
    "os.execve", "os.execvp", "os.spawnl", "os.spawnv", "os.spawnvp", "os.posix_spawn", "pty.spawn", "commands",
    "ctypes",
)  # fmt: skip
_DECODERS: Final = (
    "base64", "binascii", "codecs.decode", "marshal", "zlib.decompress", "lzma.decompress", "bz2.decompress",
    "gzip.decompress", "pickle.loads", "bytes.fromhex", "bytearray.fromhex", "Crypto", "cryptography",
)  # fmt: skip
_EXECUTION: Final = ("exec", "eval", "compile", "__import__", "builtins.exec", "builtins.eval", "runpy")
_BUILTINS: Final = frozenset({"exec", "eval", "compile", "__import__", "getattr", "bytes", "bytearray"})
_COMMANDS: Final = frozenset({"install", "develop", "egg_info", "build_py", "build", "sdist", "install_lib"})


class InstallCode:
    """Keeps what may run while a source distribution is built, as its members pass, and looks into it at the end."""

    def __init__(self) -> None:
        self._sources: dict[str, bytes] = {}
        self._size = 0

    def keep(self, path: str, data: bytes) -> None:
        """Keep a member if it may be run; paths begin with the distribution's top folder."""
        _, _, below = path.partition("/")
        wanted = below == "pyproject.toml" or (below.endswith(".py") and below.count("/") < _DEPTH)
        if wanted and len(data) <= LARGEST and self._size + len(data) <= _KEPT:
            self._sources[below] = data
            self._size += len(data)

    def look(self, found: Findings) -> None:
        """Note what the code that runs while building does."""
        for path in self._run():
            look_into(path, self._sources[path], found)

    def _run(self) -> list[str]:
        own = {"setup.py", *_own_backends(self._sources.get("pyproject.toml", b""))}
        return sorted(own & self._sources.keys())


def _own_backends(pyproject: bytes) -> Iterator[str]:
    """Yield the files that a backend named by pyproject.toml may be, where it lies in the distribution (PEP 517)."""
    try:
        system = tomllib.loads(pyproject.decode()).get("build-system", {})
        folders, backend = system.get("backend-path", []), system.get("build-backend", "")
    except (ValueError, AttributeError, RecursionError):
        return
    if not isinstance(folders, list) or not isinstance(backend, str):
        return
    module = backend.partition(":")[0].replace(".", "/")
    for folder in folders[:10]:
        if isinstance(folder, str):
            prefix = "" if folder.strip("./") == "" else folder.strip("/").removeprefix("./") + "/"
            yield f"{prefix}{module}.py"
            yield f"{prefix}{module}/__init__.py"


def look_into(path: str, data: bytes, found: Findings) -> None:
    """Note what a file of Python does that installing has little need of."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found.add("install-unreadable", "Code that runs while installing and that Python 3 does not parse.", path)
        return
    _Reading(path, found).read(tree)


class _Reading:
    """One file: the names that its imports give to modules, and what is called by them."""

    def __init__(self, path: str, found: Findings) -> None:
        self._path = path
        self._found = found
        self._names: dict[str, str] = {}
        self._classes: set[str] = set()

    def read(self, tree: ast.Module) -> None:
        nodes = list(ast.walk(tree))  # of hostile nesting too, without recursion
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._note_import(node)
        for node in nodes:
            if isinstance(node, ast.Call):
                self._look_at_call(node)
            elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
                self._look_at_name(self._dotted(node), node.lineno)
            elif isinstance(node, ast.ClassDef):
                self._look_at_class(node)

    def _note_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                self._names[alias.asname or whole] = whole
                self._look_at_name(alias.name, node.lineno)
            elif not node.level:
                self._names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                self._look_at_name(f"{node.module}.{alias.name}", node.lineno)

    def _dotted(self, node: ast.expr) -> str:
        """Return the full name of what an expression names, or an empty one."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            known = self._names.get(node.id) or (node.id if node.id in _BUILTINS else "")
            if not known:
                return ""
            parts.append(known)
        elif isinstance(node, ast.Call) and (base := self._obtained(node)):
            parts.append(base)
        else:
            return ""
        return ".".join(reversed(parts))

    def _obtained(self, node: ast.Call) -> str:
        """Return what ``__import__("x")``, ``import_module("x")`` and ``getattr(x, "y")`` stand for."""
        constants = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        called = self._names.get(node.func.id, node.func.id) if isinstance(node.func, ast.Name) else ""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "import_module":
            called = "__import__"
        if called in {"__import__", "importlib.import_module"} and constants:
            return constants[0]
        if called == "getattr" and constants and isinstance(node.args[0], ast.Name):
            return f"{self._names.get(node.args[0].id, node.args[0].id)}.{constants[0]}"
        return ""

    def _look_at_name(self, name: str, line: int) -> None:
        place = f"{self._path}:{line}"
        if _is_of(name, _NETWORK):
            self._found.add("install-network", "Code that runs while installing and that uses the network.", place)
        elif _is_of(name, _PROGRAMS):
            self._found.add("install-program", "Code that runs while installing and that starts programs.", place)
        elif _is_of(name, _DECODERS):
            self._found.add("install-decoding", "Code that runs while installing and that decodes data.", place)

    def _look_at_call(self, node: ast.Call) -> None:
        name, place = self._dotted(node.func), f"{self._path}:{node.lineno}"
        if obtained := self._obtained(node):
            self._look_at_name(obtained, node.lineno)
        if _is_of(name, _EXECUTION) and not (name == "__import__" and obtained):
            rule, text = "install-execution", "Code that runs while installing and that runs data as code."
            if any(self._decodes(each) for each in node.args):
                rule, text = "install-hidden-code", "Code that runs while installing and that decodes what it runs."
            self._found.add(rule, text, place)
        for keyword in node.keywords:
            if keyword.arg == "cmdclass" and _replaced(keyword.value):
                self._found.add("install-command", "Commands of its own in place of those that install.", place)

    def _decodes(self, argument: ast.expr) -> bool:
        called = (each for each in ast.walk(argument) if isinstance(each, ast.Attribute | ast.Name))
        return any(_is_of(self._dotted(each), _DECODERS) for each in called)

    def _look_at_class(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            name = self._dotted(base)
            if name.rpartition(".")[2] in _COMMANDS and ".command." in name:
                text = "Commands of its own in place of those that install."
                self._found.add("install-command", text, f"{self._path}:{node.lineno}")


def _replaced(value: ast.expr) -> bool:
    """Tell whether a cmdclass, where it is written down there, replaces a command that runs at an install."""
    return isinstance(value, ast.Dict) and any(
        isinstance(key, ast.Constant) and key.value in _COMMANDS for key in value.keys
    )


def _is_of(name: str, listed: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in listed)
