"""A check on the wire: what a partner asks the evaluators, and what each of them answers (docs/formats/check-request.md).

Promises: strict reading, every element in its one encoding. A request holds no identifier and nothing from which one could be
guessed: blinded elements and salted commitments. Leaves to others: whether it may be answered (admission), what it means (judging).
"""

from dataclasses import dataclass
from typing import Final

from ledger.core.blacklist.signed import Signed, digest, parse_signed
from ledger.core.log.fields import Fields, octets
from ledger.core.log.instants import instant_text
from ledger.errors import InvalidInput
from signing.canonical import Json
from signing.envelope import tagged_hash
from signing.oprf.dleq import PROOF_BYTES, Proof
from signing.oprf.group import ELEMENT_BYTES, Element, element
from signing.oprf.threshold import Part

REQUEST_KIND: Final = "check-request"
ANSWER_KIND: Final = "check-answer"
MAX_ITEMS: Final = 1000  # a batch of which the proof is one; 30 KB of elements
SALT_BYTES: Final = 32
REASONS_TO_ASK: Final = ("loan-application", "portfolio", "listing", "subject-access")

_CODE = ("check-request.malformed", "check-answer.malformed")
_REQUEST, _ANSWER = _CODE
_ITEM_FIELDS = frozenset({"applicant", "blinded", "consent"})
_REQUEST_FIELDS = frozenset({"tag", "epoch", "institution", "reason", "version", "root", "items", "at", "nonce"})
_ANSWER_FIELDS = frozenset({"tag", "request", "evaluator", "epoch", "threshold", "newest", "at", "elements", "proof"})


@dataclass(frozen=True)
class Item:
    """One subject of a request: blinded, with commitments to who it is in which application, and to the consent."""

    blinded: Element
    applicant: bytes
    consent: bytes

    def to_json(self) -> dict[str, Json]:
        return {"applicant": self.applicant.hex(), "blinded": self.blinded.hex(), "consent": self.consent.hex()}


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """What a partner sends to every evaluator, the same bytes to each; `version` and `root` are of the list it will look into."""

    epoch: bytes
    institution: str
    reason: str
    version: int
    root: bytes
    items: tuple[Item, ...]
    at: str
    nonce: bytes

    kind: Final = REQUEST_KIND

    @property
    def blinded(self) -> list[Element]:
        return [item.blinded for item in self.items]

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{REQUEST_KIND}/v1",
            "epoch": self.epoch.hex(),
            "institution": self.institution,
            "reason": self.reason,
            "version": self.version,
            "root": self.root.hex(),
            "items": [item.to_json() for item in self.items],
            "at": self.at,
            "nonce": self.nonce.hex(),
        }


@dataclass(frozen=True, kw_only=True)
class CheckAnswer:
    """What one evaluator says: its part, under which epoch and threshold, and which version was the newest it knew."""

    request: bytes
    evaluator: int
    epoch: bytes
    threshold: int
    newest: int
    at: str
    elements: tuple[Element, ...]
    proof: Proof

    kind: Final = ANSWER_KIND

    @property
    def part(self) -> Part:
        return Part(self.evaluator, self.elements, self.proof)

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{ANSWER_KIND}/v1",
            "request": self.request.hex(),
            "evaluator": self.evaluator,
            "epoch": self.epoch.hex(),
            "threshold": self.threshold,
            "newest": self.newest,
            "at": self.at,
            "elements": [found.hex() for found in self.elements],
            "proof": self.proof.to_bytes().hex(),
        }


SignedRequest = Signed[CheckRequest]
SignedAnswer = Signed[CheckAnswer]


def applicant_commitment(application: str, subject: bytes, salt: bytes) -> bytes:
    """Return what binds a check to one applicant of one application: who asked about another spelling asked about another."""
    return tagged_hash("applicant", application.encode(), subject, salt)


def consent_commitment(application: str, consent_sha256: bytes, salt: bytes) -> bytes:
    """Return what binds a check to the document by which the subject agreed to it."""
    return tagged_hash("check-consent", application.encode(), consent_sha256, salt)


def request_hash(request: CheckRequest) -> bytes:
    """Return the 32 bytes that name a request: all that an evaluator logs of it."""
    return digest(request)


def parse_signed_request(value: Json) -> SignedRequest:
    """Return the signed request of its JSON form; raise InvalidInput("check-request.malformed")."""
    return parse_signed(value, parse_request, _REQUEST)


def parse_signed_answer(value: Json) -> SignedAnswer:
    """Return the signed answer of its JSON form; raise InvalidInput("check-answer.malformed")."""
    return parse_signed(value, _parse_answer, _ANSWER)


def parse_request(value: Json) -> CheckRequest:
    """Return the request of its JSON form, before it is signed; raise InvalidInput("check-request.malformed")."""
    fields = Fields(value, _REQUEST_FIELDS, where="request", code=_REQUEST)
    _check_tag(fields, REQUEST_KIND, _REQUEST)
    if (reason := fields.text("reason")) not in REASONS_TO_ASK:
        raise InvalidInput(_REQUEST, f"request.reason: expected one of {', '.join(REASONS_TO_ASK)}")
    return CheckRequest(
        epoch=fields.octets("epoch", 32),
        institution=fields.text("institution"),
        reason=reason,
        version=fields.integer("version", least=1),
        root=fields.octets("root", 32),
        items=fields.many("items", _item, least=1, most=MAX_ITEMS),
        at=fields.parsed("at", instant_text),
        nonce=fields.octets("nonce", 32),
    )


def _item(value: Json) -> Item:
    fields = Fields(value, _ITEM_FIELDS, where="item", code=_REQUEST)
    return Item(fields.parsed("blinded", _element), fields.octets("applicant", 32), fields.octets("consent", 32))


def _parse_answer(value: Json) -> CheckAnswer:
    fields = Fields(value, _ANSWER_FIELDS, where="answer", code=_ANSWER)
    _check_tag(fields, ANSWER_KIND, _ANSWER)
    return CheckAnswer(
        request=fields.octets("request", 32),
        evaluator=fields.integer("evaluator", least=1),
        epoch=fields.octets("epoch", 32),
        threshold=fields.integer("threshold", least=1),
        newest=fields.integer("newest", least=1),
        at=fields.parsed("at", instant_text),
        elements=fields.many("elements", _element, least=1, most=MAX_ITEMS),
        proof=fields.parsed("proof", lambda part: Proof.from_bytes(octets(part, PROOF_BYTES))),
    )


def _check_tag(fields: Fields, kind: str, code: str) -> None:
    if fields.text("tag") != f"tally/{kind}/v1":
        raise InvalidInput(code, f'expected the tag "tally/{kind}/v1"')


def _element(value: Json) -> Element:
    return element(octets(value, ELEMENT_BYTES))
