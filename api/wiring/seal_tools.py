"""What each institution seals with: its key and certificate, the time-stamp authorities, and the way to them.

Promises: in an installation without authorities of its own (embedded chain, no TALLY_TSA) the local test authority issues what is
missing, once, and everything it makes says so; elsewhere what is missing is a refusal that names it. One key, one purpose.
Leaves to others: sealing (ledger.services), the keys' files (keyring).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.settings import Settings
from api.wiring.authority_web import AuthorityWeb
from api.wiring.keyring import Keyring
from ledger.errors import Unavailable
from signing.algorithms import PublicKey
from signing.keys.seal_key import SealKey
from signing.one_time import MAX_CERTIFICATE, check_certificate, public_key_info, read_request

if TYPE_CHECKING:
    from signing.keys.local_authority import LocalAuthority
    from signing.pdf.seal import SealTools

CHAIN_FILE: Final = "seal.pem"
LOCAL_FOLDER: Final = "local-authority"
LOCAL_SECRET: Final = "local-authority"  # noqa: S105  # the name of a purpose


@dataclass
class SealBench:
    """The tools of every institution of this installation, made when they are first asked for."""

    settings: Settings
    keyring: Keyring
    clock: Callable[[], datetime]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tools: "dict[str, SealTools]" = field(default_factory=dict)
    _authority: "LocalAuthority | None" = None

    @property
    def is_local(self) -> bool:
        return self.settings.is_embedded and not self.settings.tsa_urls

    def tools(self, code: str, name: str) -> "SealTools":
        """Return what the institution of this code seals with, in its name.

        Raises Unavailable("seal.no-time-stamp-authority" | "seal.no-time-stamp-roots" | "seal.no-certificate" |
        "seal.other-key"), KeyUnavailable.
        """
        with self._lock:
            if code not in self._tools:
                self._tools[code] = self._make(code, name)
            return self._tools[code]

    def certify_once(self, request: bytes) -> bytes:
        """Return a certificate (DER) for the one-time key of this request, by the authority that is set.

        Raises Unavailable("one-time.no-authority"), ServiceUnavailable; InvalidEncoding, VerificationFailed (one-time.…).
        """
        key = read_request(request)
        with self._lock:
            certificate = self._certify(request, key)
        check_certificate(certificate, key, self.clock())
        return certificate

    def _certify(self, request: bytes, key: PublicKey) -> bytes:
        if self.settings.one_time_ca:
            web = AuthorityWeb(timeout_seconds=self.settings.tsa_seconds)
            kind = "application/pkcs10"
            return web.ask(self.settings.one_time_ca, request, media_type=kind, most_bytes=MAX_CERTIFICATE)
        if not self.settings.is_embedded:
            raise Unavailable(
                "one-time.no-authority",
                "no authority for one-time keys is set: name one in TALLY_ONE_TIME_CA, or let people sign with passkeys",
            )
        from signing.keys.local_authority import Subject  # noqa: PLC0415  # certomancer, only where it is used

        label = "once-" + key.key_id.partition(":")[2]
        issued = self._local().issue(label, Subject("One-time key, local test", public_key_info(request)))
        self._keep(self._local())
        return issued

    def roots(self) -> "tuple[tuple[bytes, ...], tuple[bytes, ...]]":
        """Return the roots (DER) that seals and time stamps of this installation lead to, as far as they are known here."""
        with self._lock:
            chains = [read_chain(file)[-1] for file in sorted(self.keyring.folder.glob(f"*/{CHAIN_FILE}"))]
            local = [self._local_root()] if self.is_local else []
            stamps = read_chain(Path(self.settings.tsa_roots)) if self.settings.tsa_roots else ()
        return tuple(dict.fromkeys([*chains, *local])), tuple(dict.fromkeys([*stamps, *local]))

    def _make(self, code: str, name: str) -> "SealTools":
        from signing.pdf.seal import SealTools  # noqa: PLC0415  # pyHanko, only in the process that seals

        urls, roots = self._time_stamps()
        key, chain = self._key_and_chain(code, name)
        local = self._local().answer if self.is_local else None
        web = AuthorityWeb(timeout_seconds=self.settings.tsa_seconds, **({"local": local} if local else {}))
        return SealTools(
            name=name,
            is_local=self.is_local,
            key=key,
            chain=chain,
            time_stamp_urls=urls,
            time_stamp_roots=roots,
            web=web,
            clock=self.clock,
        )

    def _time_stamps(self) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
        if self.is_local:
            from signing.keys.local_authority import TIME_STAMP_URL  # noqa: PLC0415  # certomancer, only where it is used

            return (TIME_STAMP_URL,), (self._local().root,)
        if not self.settings.tsa_urls:
            raise Unavailable(
                "seal.no-time-stamp-authority",
                "no time-stamp authority is set: name one or more in TALLY_TSA, then sealing goes on by itself",
            )
        if not self.settings.tsa_roots:
            raise Unavailable(
                "seal.no-time-stamp-roots",
                "no root of the time-stamp authorities is set: name their PEM file in TALLY_TSA_ROOTS, then sealing goes on",
            )
        return self.settings.tsa_urls, read_chain(Path(self.settings.tsa_roots))

    def _key_and_chain(self, code: str, name: str) -> tuple[SealKey, tuple[bytes, ...]]:
        file = self.keyring.folder / code / CHAIN_FILE
        if file.is_file():
            key, chain = self.keyring.any_seal_key(code), read_chain(file)
            check_chain(key, chain)
            return key, chain
        if not self.is_local:
            raise Unavailable(
                "seal.no-certificate",
                f"expected the certificate of the seal at {file}: make a request with `tally keys seal-request`, have it "
                "certified, and import the answer with `tally keys seal-import`",
            )
        key = self.keyring.any_seal_key(code, make=True)
        return key, (self._issue(code, name, key), self._local().root)

    def _issue(self, code: str, name: str, key: SealKey) -> bytes:
        from signing.keys.local_authority import Subject  # noqa: PLC0415  # as above

        label = f"seal-{code}"
        issued = self._local().issue(label, Subject(f"Local test seal of {name}"[:60], key.public_key_info))
        self._keep(self._local())
        return issued

    def _local(self) -> "LocalAuthority":
        if self._authority is None:
            from signing.keys.local_authority import LocalAuthority  # noqa: PLC0415  # as above

            folder = self.keyring.folder / LOCAL_FOLDER
            kept = {file.stem: file.read_bytes() for file in sorted(folder.glob("*.der"))}
            secret = self.keyring.secret(LOCAL_SECRET, make=True)
            self._authority = LocalAuthority(secret, clock=self.clock, certificates=kept)
            self._keep(self._authority)
        return self._authority

    def _local_root(self) -> bytes:
        """Return the root of the local authority, from its file where there is one: reading it needs no certomancer."""
        file = self.keyring.folder / LOCAL_FOLDER / "root.der"
        return file.read_bytes() if file.is_file() else self._local().root

    def _keep(self, authority: "LocalAuthority") -> None:
        folder = self.keyring.folder / LOCAL_FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        for label, data in authority.certificates.items():
            file = folder / f"{label}.der"
            if not file.exists():
                part = folder / f"{label}.part"
                part.write_bytes(data)
                part.rename(file)


def read_chain(file: Path) -> tuple[bytes, ...]:
    """Return the certificates of a PEM file (DER), in its order; raise Unavailable("seal.certificate-file")."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Unavailable("seal.certificate-file", f"expected certificates in PEM in {file}: {error}") from error
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in found)


def check_chain(key: SealKey, chain: tuple[bytes, ...]) -> None:
    """Raise Unavailable unless the first certificate is of this key and each is issued by the next, the last by itself."""
    certificates = [x509.load_der_x509_certificate(item) for item in chain]
    own = certificates[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if own != key.public_key_info:
        raise Unavailable(
            "seal.other-key", "expected a certificate of the institution's seal key, got one of another key"
        )
    for certificate, issuer in zip(certificates, [*certificates[1:], certificates[-1]], strict=True):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise Unavailable(
                "seal.broken-chain",
                f"expected {certificate.subject.rfc4514_string()} to be issued by the next certificate of the file, the last "
                "one by itself: put the seal's certificate first and the root last",
            ) from error
