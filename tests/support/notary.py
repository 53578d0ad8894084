# SPDX-License-Identifier: Apache-2.0
"""A signing service of one's own: certificate authority, certificate log and transparency log, with fresh keys.

It makes what a closed network's Fulcio and Rekor would: a short-lived certificate for a build's identity, logged and
stamped, an attestation (PEP 740) signed under it, and the entry of that in a log with proof, promise and checkpoint.
"""

import base64
import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

PUBLISH = "https://docs.pypi.org/attestations/publish/v1"
SLSA = "https://slsa.dev/provenance/v1"
GITHUB = "https://token.actions.githubusercontent.com"
_PAYLOAD = "application/vnd.in-toto+json"
_SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_FULCIO = "1.3.6.1.4.1.57264.1."
_CLAIMS = {
    "issuer": "8", "signer": "9", "repository": "12", "commit": "13", "ref": "14", "config": "18", "trigger": "20",
    "run": "21",
}  # fmt: skip
_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Identity:
    """Whom a certificate is for: an address, and what the issuer said, by the names in ``_CLAIMS``."""

    address: str
    claims: Mapping[str, str]


def github(repository: str = "octo/demo", workflow: str = "release.yml", ref: str = "refs/tags/v1.0") -> Identity:
    """The identity of a workflow's run, as the certificates of the public instance write it."""
    home, commit = f"https://github.com/{repository}", "c0ffee" * 6 + "c0ff"
    config = f"{home}/.github/workflows/{workflow}@{ref}"
    claims = {"issuer": GITHUB, "signer": config, "repository": home, "commit": commit, "ref": ref, "config": config}
    return Identity(config, claims | {"trigger": "push", "run": f"{home}/actions/runs/1234567/attempts/1"})


def gitlab(host: str = "https://gitlab.com", project: str = "group/demo", path: str = ".gitlab-ci.yml") -> Identity:
    """The identity of a pipeline of GitLab, of whatever host."""
    home, ref = f"{host}/{project}", "refs/heads/main"
    config = f"{home}//{path}@{ref}"
    claims = {"issuer": host, "signer": config, "repository": home, "commit": "1234abcd" * 5, "ref": ref}
    return Identity(config, claims | {"config": config, "run": f"{home}/-/jobs/42"})


@dataclass
class Notary:
    """The service. ``now`` is when it signs; tests set it where the moment matters."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    authority_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    certificate_log: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    entry_log: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.authority = self._authority()

    def _authority(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        key = self.authority_key.public_key()
        usage = x509.KeyUsage(*(at in {5, 6} for at in range(9)))  # signs certificates and their lists
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=365))
            .not_valid_after(self.now + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )
        return builder.sign(self.authority_key, hashes.SHA256())

    def trusted_root(self) -> bytes:
        """What a client must be given to trust this service, as TUF repositories distribute it."""
        chain = [{"rawBytes": _b64(self.authority.public_bytes(Encoding.DER))}]
        since = {"start": _iso(self.now - timedelta(days=365))}
        told = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [_log("https://rekor.test", self.entry_log, since)],
            "certificateAuthorities": [
                {
                    "subject": {"organization": "test", "commonName": "Test authority"},
                    "uri": "https://fulcio.test",
                    "certChain": {"certificates": chain},
                    "validFor": since,
                }
            ],
            "ctlogs": [_log("https://ctfe.test", self.certificate_log, since)],
            "timestampAuthorities": [],
        }
        return json.dumps(told).encode()

    def attest(
        self,
        filename: str,
        sha256: str,
        identity: Identity,
        predicate_type: str = PUBLISH,
        **changes: Any,
    ) -> dict[str, Any]:
        """Sign an attestation. ``changes`` are put into the statement; ``logged_at`` moves the log's time."""
        logged_at: datetime = changes.pop("logged_at", self.now)
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": filename, "digest": {"sha256": sha256}}],
            "predicateType": predicate_type,
            "predicate": None,
        }
        return self.attest_bytes(json.dumps(statement | changes).encode(), identity, logged_at)

    def attest_bytes(self, statement: bytes, identity: Identity, logged_at: datetime | None = None) -> dict[str, Any]:
        """Sign whatever bytes as a statement."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.certify(key.public_key(), identity)
        signed = b"DSSEv1 %d %s %d %s" % (len(_PAYLOAD), _PAYLOAD.encode(), len(statement), statement)
        signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return {
            "version": 1,
            "verification_material": {
                "certificate": _b64(certificate.public_bytes(Encoding.DER)),
                "transparency_entries": [self._entry(statement, signature, certificate, logged_at or self.now)],
            },
            "envelope": {"statement": _b64(statement), "signature": _b64(signature)},
        }

    def certify(self, key: ec.EllipticCurvePublicKey, identity: Identity) -> x509.Certificate:
        """Issue a certificate for an identity, logged beforehand, with the stamp of the log in it."""
        usage = x509.KeyUsage(*(at == 0 for at in range(9)))  # signs
        address = x509.SubjectAlternativeName([_name(identity.address)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.authority.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(seconds=5))
            .not_valid_after(self.now + _LIFE)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority_key.public_key()), critical=False
            )
            .add_extension(address, critical=True)
        )
        for name, value in identity.claims.items():
            oid = ObjectIdentifier(_FULCIO + _CLAIMS[name])
            builder = builder.add_extension(x509.UnrecognizedExtension(oid, _der(0x0C, value.encode())), critical=False)
        before = builder.sign(self.authority_key, hashes.SHA256())
        stamp = x509.UnrecognizedExtension(_SCT_LIST, self._stamp(before))
        return builder.add_extension(stamp, critical=False).sign(self.authority_key, hashes.SHA256())

    def _stamp(self, certificate: x509.Certificate) -> bytes:
        """The certificate log's signature (RFC 6962), in the list that a certificate carries."""
        issuer = _key_id(self.authority_key)
        body, milliseconds = certificate.tbs_certificate_bytes, int(self.now.timestamp() * 1000)
        entry = issuer + len(body).to_bytes(3, "big") + body
        signed = struct.pack("!BBQH", 0, 0, milliseconds, 1) + entry + b"\0\0"
        signature = self.certificate_log.sign(signed, ec.ECDSA(hashes.SHA256()))
        stamp = b"\0" + _key_id(self.certificate_log) + struct.pack("!QHBBH", milliseconds, 0, 4, 3, len(signature))
        stamp += signature
        return _der(0x04, struct.pack("!HH", len(stamp) + 2, len(stamp)) + stamp)

    def _entry(self, statement: bytes, signature: bytes, certificate: x509.Certificate, at: datetime) -> dict[str, Any]:
        """The entry in the transparency log: the second of two, so that the proof has a step."""
        body = _canonical(_log_body(statement, signature, certificate))
        before, leaf = hashlib.sha256(b"\0the first entry").digest(), hashlib.sha256(b"\0" + body).digest()
        root = hashlib.sha256(b"\1" + before + leaf).digest()
        name, identifier, seconds = "rekor.test", _key_id(self.entry_log), int(at.timestamp())
        note = f"{name} - 1\n2\n{_b64(root)}\n"
        checkpoint = _b64(identifier[:4] + self.entry_log.sign(note.encode(), ec.ECDSA(hashes.SHA256())))
        promised = {"body": _b64(body), "integratedTime": seconds, "logID": identifier.hex(), "logIndex": 1}
        promise = self.entry_log.sign(_canonical(promised), ec.ECDSA(hashes.SHA256()))
        return {
            "logIndex": "1",
            "logId": {"keyId": _b64(identifier)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(seconds),
            "inclusionPromise": {"signedEntryTimestamp": _b64(promise)},
            "inclusionProof": {
                "logIndex": "1",
                "rootHash": _b64(root),
                "treeSize": "2",
                "hashes": [_b64(before)],
                "checkpoint": {"envelope": f"{note}\n\u2014 {name} {checkpoint}\n"},
            },
            "canonicalizedBody": _b64(body),
        }


def client_folder(root: bytes) -> dict[str, bytes]:
    """Files below ``XDG_CACHE_HOME`` with which an unmodified client that works offline trusts ``root``."""
    place = f"sigstore-python/tuf/{quote('https://tuf-repo-cdn.sigstore.dev', safe='')}"
    return {f"{place}/trusted_root.json": root}


def _log_body(statement: bytes, signature: bytes, certificate: x509.Certificate) -> dict[str, Any]:
    pem = certificate.public_bytes(Encoding.PEM)
    return {
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": {"algorithm": "sha256", "value": hashlib.sha256(signature).hexdigest()},
            "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(statement).hexdigest()},
            "signatures": [{"signature": _b64(signature), "verifier": _b64(pem)}],
        },
    }


def _name(address: str) -> x509.GeneralName:
    return x509.UniformResourceIdentifier(address) if "://" in address else x509.RFC822Name(address)


def _log(url: str, key: ec.EllipticCurvePrivateKey, since: dict[str, str]) -> dict[str, Any]:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    public = {"rawBytes": _b64(der), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": since}
    return {"baseUrl": url, "hashAlgorithm": "SHA2_256", "publicKey": public, "logId": {"keyId": _b64(_key_id(key))}}


def _key_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def _der(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        return bytes([tag, size]) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + value


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def combined(*roots: bytes) -> bytes:
    """One root that trusts what each of these trusts."""
    first, *others = (json.loads(root) for root in roots)
    for other in others:
        for kind in ("tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"):
            first[kind] += other.get(kind, [])
    return json.dumps(first).encode()
