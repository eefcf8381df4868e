"""Answers of the agreements routes, and the body of a signature."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.directory import StrictBody
from ledger.core.agreements.ceremony import DEFAULT_DAYS
from ledger.core.agreements.states import OPEN_FOR_SIGNATURE
from ledger.core.agreements.strict_fields import exactly, invalid
from ledger.services.agreements.create import NewAgreement
from ledger.services.agreements.read import AgreementRead, SealStatus
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.view import AgreementView
from ledger.storage.seals import Wanted
from signing.canonical import Json

Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})+$", max_length=4096)]


class SignatureValue(StrictBody):
    """A signature as `signing.envelope.Signature` writes it."""

    suite: Literal["ed25519", "secp256k1", "eip712", "webauthn", "p256"]
    key_id: Annotated[str, StringConstraints(max_length=80)]
    value: Hex


class NewSignature(StrictBody):
    """`statement` is the base64 of the exact bytes that were signed, as GET …/statements/{signer} gave them."""

    statement: Annotated[str, StringConstraints(max_length=6000)]
    signature: SignatureValue


def new_agreement(value: Json, document: bytes) -> NewAgreement:
    """Return what a client sends; terms and signers must be there, the rest may. Raises InvalidInput("terms.invalid")."""
    given = (
        {"reading_code": None, "application": None, "send": False, "valid_days": DEFAULT_DAYS, **value}
        if isinstance(value, dict)
        else value
    )
    names = ("terms", "signers", "reading_code", "application", "send", "valid_days")
    fields = exactly(given, names, "agreement")
    code, send, days = fields["reading_code"], fields["send"], fields["valid_days"]
    if not isinstance(code, str | None):
        raise invalid("agreement.reading_code", "expected text, or null")
    application = fields["application"]
    if not isinstance(application, str | None):
        raise invalid("agreement.application", "expected the id or number of an application, or null")
    if not isinstance(send, bool):
        raise invalid("agreement.send", "expected true or false")
    if type(days) is not int:
        raise invalid("agreement.valid_days", "expected a whole number of days")
    return NewAgreement(
        document=document,
        terms=fields["terms"],
        signers=fields["signers"],
        reading_code=code,
        application=application,
        send=send,
        valid_days=days,
    )


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class SignerLine(Answer):
    id: str
    role: str
    name: Annotated[str | None, Field(description="absent for readers whose role does not reach personal data")]
    key_id: str
    suite: str
    order: Annotated[int, Field(description="lower ones sign first, equal ones in parallel")]
    missing: Annotated[list[str], Field(description="steps still to take before signing, in their order")]
    is_turn: Annotated[bool, Field(description="whether all who sign before this party have signed")]
    signed_at: str | None


class SealAnswer(Answer):
    """Where the seal stands; `versions` name each sealed file, oldest first."""

    attempts: int
    last_error: Annotated[str | None, Field(description="code of what the newest attempt met")]
    next_try_at: Annotated[str | None, Field(description="when it is tried again; null when nothing is to be done")]
    versions: list[dict[str, object]]


class AgreementAnswer(Answer):
    id: str
    number: str
    state: str
    created_at: str
    expires_at: Annotated[str | None, Field(description="until when it takes signatures; null before it was sent")]
    document: dict[str, object]
    terms_sha256: str
    terms: dict[str, object] | None
    signers: list[SignerLine]
    seal: Annotated[SealAnswer | None, Field(description="null before all have signed")]
    log: str
    latest_entry: str


def agreement_answer(read: AgreementRead) -> AgreementAnswer:
    """Shape an agreement for its reader."""
    view, particulars = read.view, read.particulars
    names = {signer.id: signer.name for signer in particulars.signers} if particulars else {}
    return AgreementAnswer(
        id=view.row.id,
        number=view.row.number,
        state=view.state,
        created_at=view.row.created_at,
        expires_at=view.sent.expires_at if view.sent else None,
        document={
            "sha256": view.document.sha256.hex(),
            "bytes": view.document.byte_length,
            "pages": view.document.pages,
            "media_type": view.document.media_type,
        },
        terms_sha256=view.row.terms_sha256.hex(),
        terms=dict(particulars.terms.to_json()) if particulars else None,
        signers=_signers(view, names),
        seal=_seal(read.seal),
        log=view.log.origin,
        latest_entry=view.latest_entry,
    )


def _seal(seal: SealStatus) -> SealAnswer | None:
    if seal.job is None:
        return None
    is_done = seal.job.wanted == Wanted.NOTHING
    return SealAnswer(
        attempts=seal.job.attempts,
        last_error=seal.job.last_code,
        next_try_at=None if is_done else seal.job.next_at,
        versions=[
            {
                "version": row.version,
                "sealed_at": row.sealed_at,
                "renew_before": row.renew_before,
                "contract_bytes": row.contract_bytes,
                "entry": row.entry_id,
            }
            for row in seal.versions
        ],
    )


def _signers(view: AgreementView, names: dict[str, str]) -> list[SignerLine]:
    signed = {signature.signer_id: signature.signed_at for signature in view.signatures}
    ceremony = ceremony_of(view)
    seats = {seat.signer_id: seat for seat in ceremony.active}
    ready = ceremony.turn if ceremony.state in OPEN_FOR_SIGNATURE else frozenset()
    return [
        SignerLine(
            id=row.signer_id,
            role=row.role,
            name=names.get(row.signer_id),
            key_id=row.key_id,
            suite=row.suite,
            order=seats[row.signer_id].order,
            missing=[step.value for step in seats[row.signer_id].missing],
            is_turn=row.signer_id in ready and row.signer_id not in signed,
            signed_at=signed.get(row.signer_id),
        )
        for row in view.signers
    ]
