"""What a subject may know: its request through an institution, the registry's signed answer, and what the two prove.

Promises: an answer that is judged good names the subject's own token, and says every listing that the version's leaf stands for:
nothing that was shown can be left out. Leaves to others: checking who the subject is (the institution), keys (the check policy).
docs/formats/subject-access.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.core.blacklist.checks import request_hash
from ledger.core.blacklist.judging import CheckPolicy, CheckVerdict, judge_check
from ledger.core.blacklist.listings import SHOWN, SignedListing, leaf_value_of, parse_signed_listing
from ledger.core.blacklist.receipts import (
    MAX_BYTES,
    CheckOpening,
    CheckReceipt,
    parse_check_opening,
    parse_check_receipt,
)
from ledger.core.blacklist.signed import Signed, digest, parse_signed, read_json
from ledger.core.blacklist.tree import Token
from ledger.core.log.fields import Fields, string
from ledger.core.log.hashing import same_digest
from ledger.core.log.instants import instant, instant_text
from ledger.errors import Conflict, InvalidInput, VerificationFailed
from signing.canonical import Json, encode

REQUEST_KIND: Final = "subject-request"
ANSWER_KIND: Final = "subject-answer"
TAG: Final = "tally/subject-access/v1"
FRESH: Final = timedelta(minutes=10)
MOST: Final = 1000  # listings of one subject
_CODE = ("subject-request.malformed", "subject-answer.malformed")
_REQUEST, _ANSWER = _CODE
_REQUEST_FIELDS = frozenset({"tag", "institution", "epoch", "token", "version", "check", "identity", "nonce", "at"})
_ANSWER_FIELDS = frozenset({"tag", "request", "epoch", "token", "version", "root", "listings", "at"})
_HELD_FIELDS = frozenset({"listing", "shown", "state", "notified", "suspends_at"})


@dataclass(frozen=True, kw_only=True)
class SubjectRequest:
    """An institution asks for a subject: `check` names the check by which it found the token, `identity` its identity check."""

    institution: str
    epoch: bytes
    token: Token
    version: int
    check: bytes
    identity: bytes
    nonce: bytes
    at: str

    kind: Final = REQUEST_KIND

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{REQUEST_KIND}/v1",
            "institution": self.institution,
            "epoch": self.epoch.hex(),
            "token": self.token.hex(),
            "version": self.version,
            "check": self.check.hex(),
            "identity": self.identity.hex(),
            "nonce": self.nonce.hex(),
            "at": self.at,
        }


@dataclass(frozen=True, kw_only=True)
class Held:
    """One listing of the subject: under which state the version shows it (empty for none), where it stands now."""

    listing: SignedListing
    shown: str
    state: str
    notified: bool
    suspends_at: str | None

    def to_json(self) -> dict[str, Json]:
        return {
            "listing": self.listing.to_json(),
            "shown": self.shown or None,
            "state": self.state,
            "notified": self.notified,
            "suspends_at": self.suspends_at,
        }


@dataclass(frozen=True, kw_only=True)
class SubjectAnswer:
    """What the registry says is held on a token at one version of the list, those listings too that have ended."""

    request: bytes
    epoch: bytes
    token: Token
    version: int
    root: bytes
    listings: tuple[Held, ...]
    at: str

    kind: Final = ANSWER_KIND

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{ANSWER_KIND}/v1",
            "request": self.request.hex(),
            "epoch": self.epoch.hex(),
            "token": self.token.hex(),
            "version": self.version,
            "root": self.root.hex(),
            "listings": [held.to_json() for held in self.listings],
            "at": self.at,
        }


SignedSubjectRequest = Signed[SubjectRequest]
SignedSubjectAnswer = Signed[SubjectAnswer]


@dataclass(frozen=True, kw_only=True)
class SubjectAccess:
    """Everything that the subject takes home: how its token was found, what was asked, what was answered."""

    receipt: CheckReceipt
    opening: CheckOpening
    request: SignedSubjectRequest
    answer: SignedSubjectAnswer

    def to_bytes(self) -> bytes:
        return encode(
            {
                "tag": TAG,
                "receipt": self.receipt.to_json(),
                "opening": self.opening.to_json(),
                "request": self.request.to_json(),
                "answer": self.answer.to_json(),
            }
        )


def check_request(request: SubjectRequest, newest: int, now: datetime) -> None:
    """Pass for a fresh request at the newest version; raise InvalidInput("subject-request.stale"), Conflict("subject-request.old-version")."""
    if abs(instant(request.at) - now) > FRESH:
        raise InvalidInput(
            "subject-request.stale", "expected a request signed within ten minutes: set the clock, and ask anew"
        )
    if request.version != newest:
        raise Conflict(
            "subject-request.old-version",
            f"expected a request at version {newest}, got {request.version}: sync, and ask anew",
        )


def judge_subject_access(access: SubjectAccess, policy: CheckPolicy) -> CheckVerdict:
    """Return what the check proves of the subject, when the answer is about it, whole and signed; raise VerificationFailed.

    Codes: those of `judge_check`, and subject-answer.other-request, subject-answer.other-subject, subject-answer.incomplete.
    """
    verdict = judge_check(access.receipt, access.opening, policy)
    request, answer, version = access.request.record, access.answer.record, access.receipt.version.record
    access.request.check(policy.institutions[verdict.facts.institution])
    _check_signed(access, policy)
    if not same_digest(answer.request, digest(request)) or not same_digest(
        request.check, request_hash(access.receipt.request.record)
    ):
        raise VerificationFailed("subject-answer.other-request", "the registry answered another request, or check")
    asked, answered = (request.epoch, request.token, request.version), (answer.epoch, answer.token, answer.version)
    if asked != answered or answered != (version.epoch, verdict.token, version.number) or answer.root != version.root:
        raise VerificationFailed(
            "subject-answer.other-subject", "the answer is about another subject, or version of the list"
        )
    _check_whole(answer, verdict, policy)
    return verdict


def _check_signed(access: SubjectAccess, policy: CheckPolicy) -> None:
    """Hold the answer against the registry's key under which the version was believed."""
    key_id = access.receipt.version.signature.key_id
    access.answer.check(next(key for key in policy.registries if key.key_id == key_id))


def _check_whole(answer: SubjectAnswer, verdict: CheckVerdict, policy: CheckPolicy) -> None:
    for held in answer.listings:
        listing = held.listing.record
        if (listing.epoch, listing.token) != (answer.epoch, answer.token):
            raise VerificationFailed("subject-answer.other-subject", "a listing in the answer is of another subject")
        lister = policy.institutions.get(listing.institution)
        if lister is not None:  # one that left is no longer in the policy: its listing is then the registry's word
            held.listing.check(lister)
    shown = [(held.listing.record, held.shown) for held in answer.listings if held.shown]
    value = leaf_value_of(shown) if shown else None
    if value != verdict.leaf:
        raise VerificationFailed(
            "subject-answer.incomplete",
            "the listings in the answer are not those that the version of the list stands for: something is left out or added",
        )


def parse_signed_subject_request(value: Json) -> SignedSubjectRequest:
    """Return the signed request of its JSON form; raise InvalidInput("subject-request.malformed")."""
    return parse_signed(value, _parse_request, _REQUEST)


def parse_signed_subject_answer(value: Json) -> SignedSubjectAnswer:
    """Return the signed answer of its JSON form; raise InvalidInput("subject-answer.malformed")."""
    return parse_signed(value, _parse_answer, _ANSWER)


def parse_subject_access(data: bytes) -> SubjectAccess:
    """Return the file of its exact bytes; raise InvalidInput("subject-answer.malformed")."""
    names = frozenset({"tag", "receipt", "opening", "request", "answer"})
    fields = Fields(read_json(data, _ANSWER, most=MAX_BYTES), names, where="access", code=_ANSWER)
    _check_tag(fields, TAG, _ANSWER)
    return SubjectAccess(
        receipt=fields.parsed("receipt", lambda part: parse_check_receipt(encode(part))),
        opening=fields.parsed("opening", lambda part: parse_check_opening(encode(part))),
        request=fields.parsed("request", parse_signed_subject_request),
        answer=fields.parsed("answer", parse_signed_subject_answer),
    )


def _parse_request(value: Json) -> SubjectRequest:
    fields = Fields(value, _REQUEST_FIELDS, where="request", code=_REQUEST)
    _check_tag(fields, f"tally/{REQUEST_KIND}/v1", _REQUEST)
    return SubjectRequest(
        institution=fields.text("institution"),
        epoch=fields.octets("epoch", 32),
        token=Token(fields.octets("token", 32)),
        version=fields.integer("version", least=1),
        check=fields.octets("check", 32),
        identity=fields.octets("identity", 32),
        nonce=fields.octets("nonce", 32),
        at=fields.parsed("at", instant_text),
    )


def _parse_answer(value: Json) -> SubjectAnswer:
    fields = Fields(value, _ANSWER_FIELDS, where="answer", code=_ANSWER)
    _check_tag(fields, f"tally/{ANSWER_KIND}/v1", _ANSWER)
    return SubjectAnswer(
        request=fields.octets("request", 32),
        epoch=fields.octets("epoch", 32),
        token=Token(fields.octets("token", 32)),
        version=fields.integer("version", least=1),
        root=fields.octets("root", 32),
        listings=fields.many("listings", _parse_held, most=MOST),
        at=fields.parsed("at", instant_text),
    )


def _parse_held(value: Json) -> Held:
    fields = Fields(value, _HELD_FIELDS, where="held", code=_ANSWER)
    return Held(
        listing=fields.parsed("listing", parse_signed_listing),
        shown=fields.optional("shown", _shown) or "",
        state=fields.text("state"),
        notified=fields.boolean("notified"),
        suspends_at=fields.optional("suspends_at", instant_text),
    )


def _shown(value: Json) -> str:
    if string(value) not in set(SHOWN):
        raise InvalidInput(_ANSWER, f"expected one of {', '.join(sorted(SHOWN))}")
    return str(value)


def _check_tag(fields: Fields, tag: str, code: str) -> None:
    if fields.text("tag") != tag:
        raise InvalidInput(code, f'expected the tag "{tag}"')
