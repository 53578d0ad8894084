# SPDX-License-Identifier: Apache-2.0
"""What a process that reads hostile files gives up: the network, other programs, writing, and memory without end.

Each is given up as far as the machine lets it: the kernel's limits always, a network of its own where the system
allows namespaces, and a hook of the interpreter besides, which code in Python can't take out again.
"""

import ctypes
import os
import resource
import sys
from typing import Final

from cheeseshop.distributions.limits import MIB

_NEW_USER: Final = 0x10000000
_NEW_NETWORK: Final = 0x40000000
_REFUSED: Final = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.remove",
    "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown", "os.truncate", "shutil.",
    "tempfile.", "ftplib.", "smtplib.", "urllib.", "http.",
)  # fmt: skip
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine(memory_mb: int) -> None:
    """Give it all up. Call it once, before the first file is opened."""
    for limit, value in (
        (resource.RLIMIT_AS, memory_mb * MIB),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(limit, (value, value))
    _leave_network()
    os.nice(10)  # whoever reads pages goes first
    sys.addaudithook(_refuse)


def _leave_network() -> None:
    """Move into a network of one's own, in which there is nothing: as the superuser, or by a user namespace."""
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if system.unshare(_NEW_NETWORK):
            system.unshare(_NEW_USER | _NEW_NETWORK)
    except (OSError, AttributeError):
        return  # a system without; the hook below is left


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        if writes or (isinstance(flags, int) and flags & _WRITING):
            raise PermissionError("files are read here and not written")
    elif event.startswith(_REFUSED):
        raise PermissionError(f"{event} is not for a process that reads strangers' files")
