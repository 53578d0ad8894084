# SPDX-License-Identifier: Apache-2.0
"""TLS in front of a running index, as a proxy has it, with a certificate of our own."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path) -> tuple[Path, Path, Path]:
    """Make an authority and a certificate of it for localhost; give the files of authority, certificate and key."""
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _signed("Tests", "Tests", root, root, x509.BasicConstraints(ca=True, path_length=0))
    made = _signed("localhost", "Tests", key, root, x509.SubjectAlternativeName([x509.DNSName("localhost")]))
    places = folder / "authority.pem", folder / "tls.pem", folder / "tls.key"
    places[0].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    places[1].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    places[2].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return places


def _signed(
    name: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(extension, critical=name == issuer)
        .sign(by, hashes.SHA256())
    )


class Front:
    """Accepts TLS on a port, and passes the bytes on to wherever ``to`` says by then."""

    def __init__(self, folder: Path) -> None:
        self.authority, certified, key = certificate(folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certified, key)
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
