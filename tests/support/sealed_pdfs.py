"""Sealed PDFs for tests of the verifier, made with pyHanko and the local authority, honest ones and every kind of wrong one.

Promises: a fixed clock, so the same facts for every run; each maker changes one thing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

from asn1crypto import crl, keys, tsp, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    PdfTimeStamper,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.keys.local_authority import Lifetimes, LocalAuthority, Subject
from support.small_pdfs import small_pdf

SEALED_AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
CHECKED_AT = SEALED_AT + timedelta(hours=1)
EVIDENCE = b'{"tag":"tally/evidence/v1"}'

_BEFORE_STAMP = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)


@dataclass
class Clock:
    """A clock that tests move by hand."""

    now: datetime = SEALED_AT

    def __call__(self) -> datetime:
        return self.now


class Sealer:
    """An authority with a clock, a seal key, and pyHanko to seal with them in more or less honest ways."""

    def __init__(self, seed: int = 1, lifetimes: Lifetimes | None = None) -> None:
        self.clock = Clock()
        self.authority = LocalAuthority(bytes([seed]) * 32, clock=self.clock, lifetimes=lifetimes or Lifetimes())
        key = ec.derive_private_key(seed + 40, ec.SECP256R1())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.certificate = x509.Certificate.load(self.authority.issue("seal", Subject("Seal of the Lender", public)))
        self.key = keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))

    @property
    def root(self) -> bytes:
        return self.authority.root

    def seal(self, data: bytes, *, archive: bool = True, stamped: bool = True, **changed: object) -> bytes:
        """Return the file certified with PAdES B-LTA; `changed` replaces entries of pyHanko's signature metadata."""
        metadata = PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=True,
            use_pades_lta=archive,
            validation_context=self.context(),
            dss_settings=DSSContentSettings(include_vri=False, next_ts_settings=_BEFORE_STAMP),
        )
        signer = PdfSigner(replace(metadata, **changed), self.signer(), timestamper=self.stamper() if stamped else None)  # type: ignore[arg-type]  # named by the test
        return bytes(asyncio.run(signer.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(data)))).getvalue())

    def renew(self, data: bytes, field: str = "Archive2") -> bytes:
        """Return the file with one more archive time stamp over what proves the older ones."""
        writer = IncrementalPdfFileWriter(BytesIO(data))
        stamper = PdfTimeStamper(self.stamper(), field_name=field)
        stamped = asyncio.run(stamper.async_timestamp_pdf(writer, "sha256", self.context(), dss_settings=_BEFORE_STAMP))
        return bytes(stamped.getvalue())

    def signer(self) -> SimpleSigner:
        store = SimpleCertificateStore()
        store.register(x509.Certificate.load(self.root))
        return SimpleSigner(self.certificate, self.key, store)

    def stamper(self) -> "_Stamper":
        return _Stamper(self.authority)

    def context(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=[x509.Certificate.load(self.root)],
            crls=[crl.CertificateList.load(self.authority.revocation_list())],
            allow_fetching=False,
            revocation_mode="require",
            moment=self.clock.now,
        )


class _Stamper(TimeStamper):
    def __init__(self, authority: LocalAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as above
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._authority.time_stamp(req.dump()))


def attached(data: bytes, name: str = "tallystick-evidence.json", content: bytes = EVIDENCE) -> bytes:
    """Return the file with one more attachment, in an incremental update."""
    return updated(data, lambda writer: _attach(writer, name, content))


def _attach(writer: IncrementalPdfFileWriter, name: str, content: bytes) -> None:
    stream = embed.EmbeddedFileObject.from_file_data(writer, content, mime_type="application/json")
    embed.embed_file(writer, embed.FileSpec(name, embedded_data=stream, af_relationship=generic.pdf_name("/Data")))


def updated(data: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Return the file with a change in an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    change(writer)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


@cache
def sealer() -> Sealer:
    return Sealer()


@cache
def contract() -> bytes:
    """Return a small R0."""
    return small_pdf(pages=2)


@cache
def honest() -> bytes:
    """Return a sealed file that every rule accepts."""
    return sealer().seal(attached(contract()))
