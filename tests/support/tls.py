# SPDX-License-Identifier: Apache-2.0
"""TLS in front of a running index, as a proxy has it, with a certificate of our own."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trustme


class Front:
    """Accepts TLS on a port, and passes the bytes on to wherever ``to`` says by then."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.authority = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(self._context)
        self._context.set_alpn_protocols(["http/1.1"])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.to = 0
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(inside,), daemon=True).start()

    def _serve(self, inside: socket.socket) -> None:
        with (
            suppress(OSError),
            self._context.wrap_socket(inside, server_side=True) as outer,
            socket.create_connection(("127.0.0.1", self.to)) as inner,
        ):
            back = threading.Thread(target=_pump, args=(inner, outer), daemon=True)
            back.start()
            _pump(outer, inner)
            back.join()

    def close(self) -> None:
        self._listener.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def front(folder: Path) -> Iterator[Front]:
    """Listen with TLS until the block ends."""
    made = Front(folder)
    try:
        yield made
    finally:
        made.close()


def trusted_by_clients(made: Front) -> dict[str, str]:
    """Settings that have uv and twine trust the authority."""
    return dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "TWINE_CERT"), str(made.authority))
