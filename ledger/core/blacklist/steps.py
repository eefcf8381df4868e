"""A step of a listing's life: what one institution does to a listing after it was proposed, signed (docs/formats/listing-step.md).

Promises: strict reading; a step names the entry that its signer had seen last, so it fits one place of one history and cannot be
sent again. Leaves to others: whether it may follow (life).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.core.blacklist.listings import Standard
from ledger.core.blacklist.signed import Signed, parse_signed
from ledger.core.blacklist.tree import Token
from ledger.core.log.fields import Fields, octets
from ledger.core.log.instants import instant_text
from ledger.errors import InvalidInput
from signing.canonical import Json

KIND: Final = "listing-step"
_CODE = "listing-step.malformed"
_FIELDS = frozenset(
    {"tag", "listing", "epoch", "token", "institution", "step", "word", "evidence", "identity", "seen", "at"}
)


class Step(StrEnum):
    """What can be done to a listing; the last two are the registry's own, when a clock has run out."""

    CONFIRM = "confirm"
    DISPUTE = "dispute"
    RESOLVE = "resolve"
    REVOKE = "revoke"
    NOTICE = "notice"
    SUSPEND = "suspend"
    EXPIRE = "expire"


BY_SUBJECT: Final = "by-subject"
UPHELD: Final = "upheld"
OVERTURNED: Final = "overturned"

# For each step the words that may go with it: a confirmation says its standard of proof, a notice how it was given.
WORDS: Final[Mapping[Step, frozenset[str]]] = {
    Step.CONFIRM: frozenset(Standard),
    Step.DISPUTE: frozenset({BY_SUBJECT, "by-member"}),
    Step.RESOLVE: frozenset({UPHELD, OVERTURNED}),
    Step.REVOKE: frozenset({"conceded", "mistaken", "settled"}),
    Step.NOTICE: frozenset({"letter", "message", "in-person"}),
    Step.SUSPEND: frozenset({"unanswered"}),
    Step.EXPIRE: frozenset({"ended"}),
}
EVENTS: Final[Mapping[Step, str]] = {  # the type of each step's entry
    Step.CONFIRM: "listing.confirmed",
    Step.DISPUTE: "listing.disputed",
    Step.RESOLVE: "listing.resolved",
    Step.REVOKE: "listing.revoked",
    Step.NOTICE: "listing.notified",
    Step.SUSPEND: "listing.suspended",
    Step.EXPIRE: "listing.expired",
}
_WITH_EVIDENCE: Final = frozenset({Step.CONFIRM, Step.DISPUTE, Step.RESOLVE, Step.NOTICE})


@dataclass(frozen=True, kw_only=True)
class ListingStep:
    """A signed step; `evidence` and `identity` are SHA-256 of files that its signer keeps.

    `identity` is of the check who the disputing subject is; `seen` is the leaf hash of the listing's newest entry.
    """

    listing: str
    epoch: bytes
    token: Token
    institution: str
    step: Step
    word: str
    evidence: bytes | None
    identity: bytes | None
    seen: bytes
    at: str

    kind: Final = KIND

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{KIND}/v1",
            "listing": self.listing,
            "epoch": self.epoch.hex(),
            "token": self.token.hex(),
            "institution": self.institution,
            "step": str(self.step),
            "word": self.word,
            "evidence": self.evidence.hex() if self.evidence else None,
            "identity": self.identity.hex() if self.identity else None,
            "seen": self.seen.hex(),
            "at": self.at,
        }


SignedStep = Signed[ListingStep]


def parse_signed_step(value: Json) -> SignedStep:
    """Return the signed step of its JSON form; raise InvalidInput("listing-step.malformed")."""
    return parse_signed(value, _parse, _CODE)


def _parse(value: Json) -> ListingStep:
    fields = Fields(value, _FIELDS, where="step", code=_CODE)
    if fields.text("tag") != f"tally/{KIND}/v1":
        raise InvalidInput(_CODE, f'expected the tag "tally/{KIND}/v1"')
    found = ListingStep(
        listing=fields.text("listing"),
        epoch=fields.octets("epoch", 32),
        token=Token(fields.octets("token", 32)),
        institution=fields.text("institution"),
        step=fields.one_of("step", Step),
        word=fields.text("word"),
        evidence=fields.optional("evidence", _digest),
        identity=fields.optional("identity", _digest),
        seen=fields.octets("seen", 32),
        at=fields.parsed("at", instant_text),
    )
    check_words(found.step, found.word, evidence=found.evidence, identity=found.identity)
    return found


def check_words(step: Step, word: str, *, evidence: bytes | None, identity: bytes | None) -> None:
    """Pass when a step says all that it must and nothing else; raise InvalidInput("listing-step.malformed")."""
    if word not in WORDS[step]:
        raise InvalidInput(_CODE, f"step.word: expected one of {', '.join(sorted(WORDS[step]))}", field="word")
    if step in _WITH_EVIDENCE and evidence is None:
        raise InvalidInput(_CODE, "step.evidence: expected the SHA-256 of the file that it rests on", field="evidence")
    if (word == BY_SUBJECT) != (identity is not None):
        raise InvalidInput(
            _CODE,
            "step.identity: expected the SHA-256 of the identity check where the subject itself disputes, and nowhere else",
            field="identity",
        )


def _digest(value: Json) -> bytes:
    return octets(value, 32)
