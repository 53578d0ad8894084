# SPDX-License-Identifier: Apache-2.0
"""A front that speaks TLS for an index, as nginx would, for clients that speak nothing else."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trustme


@contextmanager
def tls_front(folder: Path, front_port: int, port: int) -> Iterator[Path]:
    """Listen with TLS on ``front_port`` and pass connections on to ``port``; yields the file of the own authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with socket.create_server(("127.0.0.1", front_port)) as listener:
        threading.Thread(target=_accept, args=(listener, context, port), daemon=True).start()
        yield trusted
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, context, port), daemon=True).start()


def _serve(client: socket.socket, context: ssl.SSLContext, port: int) -> None:
    far_end = ("127.0.0.1", port)
    with (
        suppress(OSError),
        context.wrap_socket(client, server_side=True) as near,
        socket.create_connection(far_end) as far,
    ):
        back = threading.Thread(target=_copy, args=(far, near), daemon=True)
        back.start()
        _copy(near, far)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
