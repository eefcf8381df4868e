"""Seal a contract that all have signed: its evidence attached, then one certifying PAdES B-LTA signature (DESIGN section 5).

Promises: the contract as signed stays the exact byte prefix of the sealed file; after it come only the attached evidence, the
seal (no change allowed) and an archive time stamp with everything that a check offline needs. It fails closed: no time stamp,
no status of a certificate or a certificate out of force is a refusal. `renew` adds an archive time stamp and nothing else.
Leaves to others: whether all have signed, what the evidence says, checking the result by the strict rules (inspect), and the
network (`Web`). Format: docs/formats/sealed-document.md
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final, TypeVar

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError as PdfSigningError
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    PdfSigningSession,
    PdfTimeStamper,
    TimestampDSSContentSettings,
)
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.fetchers.api import Fetchers
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.errors import DocumentRefused, ServiceUnavailable
from signing.keys.seal_key import SealKey
from signing.pdf.attachments import Attachment, attach
from signing.pdf.authorities import Web, fetchers
from signing.pdf.seal_names import ARCHIVE_FIELD, EVIDENCE_NAME, SEAL_FIELD
from signing.pdf.time_stamps import TOLERANCE, CheckedTimeStamps, TimeStamp
from signing.pdf.update import Update

DIGEST: Final = "sha256"
CMS_BYTES: Final = 32 * 1024  # reserved for one signature with its time stamp, in hexadecimal digits

# What a check of the time stamp needs is written before it, so that the time stamp covers the file to its last byte.
_KEEP_FIRST: Final = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)

# What pyHanko raises over a PDF that it cannot read or extend; the contract was inspected, so none of it is expected.
_CANNOT_EXTEND: Final = (
    PdfError,
    PdfSigningError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    NotImplementedError,
)

_Result = TypeVar("_Result")


@dataclass(frozen=True, kw_only=True)
class SealTools:
    """What seals are made with, and in whose name. Certificates are DER: `chain` has the seal's own first and its root last.

    `is_local` says that time stamps come from the local test authority, which proves no time to anybody else.
    """

    name: str
    is_local: bool
    key: SealKey
    chain: tuple[bytes, ...]
    time_stamp_urls: tuple[str, ...]
    time_stamp_roots: tuple[bytes, ...]
    web: Web
    clock: Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class SealText:
    """What the seal says of itself to a person who looks at it in a reader."""

    name: str
    reason: str


@dataclass(frozen=True)
class Sealed:
    """A sealed file, the length of the contract inside it, and the time stamps it carries, oldest first."""

    data: bytes
    contract_bytes: int
    time_stamps: tuple[TimeStamp, ...]


def seal(contract: bytes, evidence: bytes, tools: SealTools, text: SealText) -> Sealed:
    """Return the sealed file.

    Raises ServiceUnavailable (seal.no-time-stamp, seal.certificate: try later), DocumentRefused (seal.document, seal.name-taken,
    seal.attachments: this PDF cannot be sealed).
    """
    at = tools.clock()
    asked = fetchers(tools.web)
    stamps = _time_stamps(tools, asked)
    try:
        writer = Update(BytesIO(contract), strict=False)
        attach(writer, _evidence(evidence, at))
        signed = _translated(
            _certifier(tools, text, asked, stamps, at).async_sign_pdf(writer, bytes_reserved=CMS_BYTES)
        )
    except _CANNOT_EXTEND as error:
        raise DocumentRefused(
            "seal.document", f"expected a PDF that can be extended, got: {str(error)[:160]}"
        ) from error
    return Sealed(signed.getvalue(), len(contract), tuple(stamps.accepted))


def renew(sealed: bytes, tools: SealTools, *, version: int) -> Sealed:
    """Return the file with one more archive time stamp; raise as `seal` does. `version` numbers it, from 2."""
    asked = fetchers(tools.web)
    stamps = _time_stamps(tools, asked)
    try:
        renewed = _translated(_archive(sealed, _full_context(tools, asked), stamps, version))
    except _CANNOT_EXTEND as error:
        raise DocumentRefused("seal.document", f"expected a sealed PDF, got: {str(error)[:160]}") from error
    return Sealed(renewed.getvalue(), 0, tuple(stamps.accepted))


async def _archive(sealed: bytes, context: ValidationContext, stamps: CheckedTimeStamps, version: int) -> BytesIO:
    """Keep what proves the newest time stamp, and what will prove the new one, and put all of it under the new one.

    Nothing can be added behind the last stamp: a token ahead shows who will make it, which may be another authority than before.
    """
    writer = Update(BytesIO(sealed), strict=False)
    newest = writer.prev.embedded_timestamp_signatures[-1:]
    ahead = extract_certs_for_validation(
        (await stamps.async_timestamp(hashlib.sha256(sealed).digest(), DIGEST))["content"]
    )
    stamps.accepted.clear()
    used = [*((one.signer_cert, one.other_embedded_certs) for one in newest), (ahead.signer_cert, ahead.other_certs)]
    paths = [await _path(certificate, others, context) for certificate, others in used]
    stamper = PdfTimeStamper(stamps, field_name=f"{ARCHIVE_FIELD}{version}")
    written: BytesIO = await stamper.async_timestamp_pdf(
        writer, DIGEST, context, validation_paths=paths, dss_settings=_KEEP_FIRST
    )
    return written


async def _path(
    certificate: x509.Certificate, others: list[x509.Certificate], context: ValidationContext
) -> ValidationPath:
    validator = CertificateValidator(certificate, intermediate_certs=others, validation_context=context)
    path: ValidationPath = await validator.async_validate_usage(set(), extended_key_usage={"time_stamping"})
    return path


def _evidence(data: bytes, at: datetime) -> Attachment:
    return Attachment(
        name=EVIDENCE_NAME,
        media_type="application/json",
        description="Tallystick: the record of this contract 本合同的存证记录 (tally verify)",
        data=data,
        at=at,
    )


def _time_stamps(tools: SealTools, asked: Fetchers) -> CheckedTimeStamps:
    context = _context(tools, asked, tools.time_stamp_roots)
    return CheckedTimeStamps(tools.web, tools.time_stamp_urls, context=context, clock=tools.clock)


def _full_context(tools: SealTools, asked: Fetchers) -> ValidationContext:
    return _context(tools, asked, (*tools.chain[-1:], *tools.time_stamp_roots))


def _context(tools: SealTools, asked: Fetchers, roots: tuple[bytes, ...]) -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in dict.fromkeys(roots)],
        other_certs=[x509.Certificate.load(item) for item in tools.chain],
        allow_fetching=True,
        revocation_mode="hard-fail",
        time_tolerance=TOLERANCE,  # answers are made after this moment, later by as long as authorities take
        fetchers=asked,
    )


def _certifier(
    tools: SealTools, text: SealText, asked: Fetchers, stamps: CheckedTimeStamps, at: datetime
) -> "_Certifier":
    metadata = PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        embed_validation_info=True,
        use_pades_lta=True,
        timestamp_field_name=f"{ARCHIVE_FIELD}1",
        validation_context=_full_context(tools, asked),
        dss_settings=DSSContentSettings(include_vri=False, next_ts_settings=_KEEP_FIRST),
        name=text.name,
        reason=text.reason,
    )
    return _Certifier(metadata, _KeySigner(tools.key, tools.chain), stamps, at)


class _Certifier(PdfSigner):
    """pyHanko's signer, with the time as an argument."""

    def __init__(self, metadata: PdfSignatureMetadata, signer: Signer, stamps: CheckedTimeStamps, at: datetime) -> None:
        super().__init__(metadata, signer, timestamper=stamps)
        self._at = at

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002  # pyHanko's own signature
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


class _KeySigner(Signer):
    """pyHanko's view of a seal key: the private part stays behind the `SealKey` door."""

    def __init__(self, key: SealKey, chain: tuple[bytes, ...]) -> None:
        certificates = [x509.Certificate.load(item) for item in chain]
        store = SimpleCertificateStore()
        store.register_multiple(certificates[1:])
        super().__init__(signing_cert=certificates[0], cert_registry=store)
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002  # pyHanko's own signature
    ) -> bytes:
        del digest_algorithm, dry_run  # one digest for all; room for the signature is reserved, never measured
        return self._key.sign(data)


def _translated(work: Coroutine[object, object, _Result]) -> _Result:
    """Run pyHanko's work to its end; a certificate that does not validate now may validate later."""
    try:
        return asyncio.run(work)
    except (ValidationError, PathBuildingError, PdfSigningError) as error:
        cause = error.__cause__ if isinstance(error, PdfSigningError) else error
        if not isinstance(cause, ValidationError | PathBuildingError):
            raise
        message = f"expected the certificates of seal and time stamp to be in force, got: {str(cause)[:300]}"
        raise ServiceUnavailable("seal.certificate", message) from error
