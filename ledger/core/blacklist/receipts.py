"""The receipt of a check and what opens it (docs/formats/check-receipt.md).

Promises: the receipt names no subject: whoever has only it learns who asked when against which list. The opening is kept by the
partner and shown to one reader. Leaves to others: what the two together prove (judging).
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from ledger.core.blacklist.checks import (
    SALT_BYTES,
    SignedAnswer,
    SignedRequest,
    parse_signed_answer,
    parse_signed_request,
)
from ledger.core.blacklist.signed import read_json
from ledger.core.blacklist.tree import Proof
from ledger.core.blacklist.versions import SignedVersion, parse_version
from ledger.core.log.fields import Fields, octets
from ledger.errors import InvalidInput
from signing.canonical import Json, encode
from signing.oprf.group import SCALAR_BYTES, Scalar, scalar
from signing.oprf.sharing import MAX_EVALUATORS

RECEIPT_TAG: Final = "tally/check-receipt/v1"
OPENING_TAG: Final = "tally/check-opening/v1"
MAX_BYTES: Final = 8 * 1024 * 1024  # a batch of a thousand answered by ten evaluators is 1 MB
_CODE = ("check-receipt.malformed", "check-opening.malformed")
_RECEIPT, _OPENING = _CODE


@dataclass(frozen=True)
class CheckReceipt:
    """Request, answers and the version of the list, each under its own signature."""

    request: SignedRequest
    answers: tuple[SignedAnswer, ...]
    version: SignedVersion

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": RECEIPT_TAG,
            "request": self.request.to_json(),
            "answers": [answer.to_json() for answer in self.answers],
            "version": self.version.to_json(),
        }

    def to_bytes(self) -> bytes:
        return encode(self.to_json())

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.to_bytes()).digest()


@dataclass(frozen=True, kw_only=True)
class CheckOpening:
    """What shows whom one item of a receipt was about: identifier, blind, the commitments' salt, the proof in the tree."""

    receipt: bytes
    item: int
    identifier_kind: str
    identifier: str
    factor: Scalar
    application: str
    consent_sha256: bytes
    salt: bytes
    proof: Proof

    def __repr__(self) -> str:
        return f"<CheckOpening of item {self.item}>"

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": OPENING_TAG,
            "receipt": self.receipt.hex(),
            "item": self.item,
            "kind": self.identifier_kind,
            "identifier": self.identifier,
            "blind": self.factor.hex(),
            "application": self.application,
            "consent": self.consent_sha256.hex(),
            "salt": self.salt.hex(),
            "proof": self.proof.to_json(),
        }

    def to_bytes(self) -> bytes:
        return encode(self.to_json())


def parse_check_receipt(data: bytes) -> CheckReceipt:
    """Return the receipt of its exact bytes; raise InvalidInput("check-receipt.malformed")."""
    names = frozenset({"tag", "request", "answers", "version"})
    fields = Fields(read_json(data, _RECEIPT, most=MAX_BYTES), names, where="receipt", code=_RECEIPT)
    if fields.text("tag") != RECEIPT_TAG:
        raise InvalidInput(_RECEIPT, f'expected the tag "{RECEIPT_TAG}"')
    return CheckReceipt(
        fields.parsed("request", parse_signed_request),
        fields.many("answers", parse_signed_answer, most=MAX_EVALUATORS),
        fields.parsed("version", parse_version),
    )


_OPENING_FIELDS = frozenset(
    {"tag", "receipt", "item", "kind", "identifier", "blind", "application", "consent", "salt", "proof"}
)


def parse_check_opening(data: bytes) -> CheckOpening:
    """Return the opening of its exact bytes; raise InvalidInput("check-opening.malformed")."""
    fields = Fields(read_json(data, _OPENING, most=MAX_BYTES), _OPENING_FIELDS, where="opening", code=_OPENING)
    if fields.text("tag") != OPENING_TAG:
        raise InvalidInput(_OPENING, f'expected the tag "{OPENING_TAG}"')
    return CheckOpening(
        receipt=fields.octets("receipt", 32),
        item=fields.integer("item", least=0),
        identifier_kind=fields.text("kind"),
        identifier=fields.text("identifier"),
        factor=fields.parsed("blind", lambda part: scalar(octets(part, SCALAR_BYTES))),
        application=fields.text("application"),
        consent_sha256=fields.octets("consent", 32),
        salt=fields.octets("salt", SALT_BYTES),
        proof=fields.parsed("proof", Proof.from_json),
    )
