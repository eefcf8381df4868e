"""Check subjects: blind, ask t evaluators, name, look up in the own copy, keep receipt and opening (DESIGN section 7).

Promises: the copy that is looked into is the version that the request named and the evaluators agreed was new; a result carries its
proof. Leaves to others: being up to date (syncing), what a hit means for an application (a person).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.core.blacklist.checks import (
    MAX_ITEMS,
    SALT_BYTES,
    CheckRequest,
    Item,
    applicant_commitment,
    consent_commitment,
)
from ledger.core.blacklist.details import open_details
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.identifiers import Identifier
from ledger.core.blacklist.listings import Reason, leaf_value
from ledger.core.blacklist.receipts import CheckOpening, CheckReceipt
from ledger.core.blacklist.signed import Signed, signed_bytes
from ledger.core.blacklist.tokens import Name, Question, ask
from ledger.core.blacklist.tree import Proof, Token, check_proof
from ledger.core.blacklist.versions import SignedVersion
from ledger.core.log.directory import format_instant
from ledger.errors import LedgerError
from ledger.partner.asking import Asked, ask_evaluators
from ledger.partner.doors import Evaluators
from ledger.partner.snapshot import Shown
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import Signer
from signing.oprf.protocol import uniform_factor

NO_CONSENT = bytes(32)


@dataclass(frozen=True)
class Subject:
    """Whom to check, for which application, by which consent (SHA-256 of the document by which the subject agreed)."""

    identifier: Identifier
    application: str
    consent_sha256: bytes = NO_CONSENT


@dataclass(frozen=True, kw_only=True)
class Partner:
    """The institution that checks: its id and key, and where time and randomness come from."""

    institution: str
    signer: Signer
    now: Callable[[], datetime]
    random: Callable[[int], bytes]


class ListView(Protocol):
    """One version of the list: the whole own copy (snapshot), or buckets of it (buckets)."""

    @property
    def version(self) -> SignedVersion: ...

    def prove(self, token: Token) -> Proof: ...

    def shown_of(self, token: Token) -> list[Shown]: ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything that a check needs: the epoch, its evaluators, a view of the list."""

    partner: Partner
    epoch: Epoch
    evaluators: Evaluators
    view: ListView


@dataclass(frozen=True, kw_only=True)
class Result:
    """One subject's check: listed or not, what is said of it, and what proves it."""

    subject: Subject
    name: Name
    listed: bool
    shown: tuple[Shown, ...]
    whole: bool  # what is shown is exactly what the list's root commits to
    receipt: CheckReceipt
    opening: CheckOpening
    troubles: Mapping[int, str]

    def details(self) -> list[tuple[Shown, Json]]:
        """Return the listings with their opened details; None where they do not open (sealed under another name on purpose)."""
        return [(shown, self._opened(shown)) for shown in self.shown]

    @property
    def is_accused(self) -> bool:
        """Whether any listing accuses the subject: a victim's marker does not, what cannot be read or was kept back does."""
        reasons = [details.get("reason") if isinstance(details, dict) else None for _, details in self.details()]
        return self.listed and (not self.whole or any(reason != Reason.VICTIM for reason in reasons))

    def _opened(self, shown: Shown) -> Json:
        try:
            return open_details(self.name.details_key, self.name.token, shown.id, shown.sealed)
        except LedgerError:
            return None


def check(desk: Desk, subjects: Sequence[Subject], reason: str) -> Iterator[Result]:
    """Yield the result of each subject, a thousand to a request.

    Raises what `ask_evaluators` raises; Conflict("check.old-version") means: sync, then check again.
    """
    for first in range(0, len(subjects), MAX_ITEMS):
        yield from _check(desk, subjects[first : first + MAX_ITEMS], reason)


def _check(desk: Desk, subjects: Sequence[Subject], reason: str) -> Iterator[Result]:
    random = desk.partner.random
    questions = [ask(subject.identifier, desk.epoch.plan.stretch, uniform_factor(random(64))) for subject in subjects]
    salts = [random(SALT_BYTES) for _ in subjects]
    request = _request(desk, reason, [_item(*parts) for parts in zip(subjects, questions, salts, strict=True)])
    asked = ask_evaluators(desk.evaluators, desk.epoch, request, _order(desk))
    receipt = CheckReceipt(request, asked.in_order, desk.view.version)
    names = _names(desk, questions, asked)
    sha256 = receipt.sha256
    for place, subject in enumerate(subjects):
        opening = _opening(subject, questions[place], (sha256, place, salts[place]), desk.view, names[place])
        yield _result(desk.view, names[place], (subject, receipt, opening), asked)


def name_subjects(desk: Desk, subjects: Sequence[Subject], reason: str) -> list[Name]:
    """Return the names of subjects without looking them up: what a listing, and a watched subject, is made of."""
    return [result.name for result in check(desk, subjects, reason)]


def _item(subject: Subject, question: Question, salt: bytes) -> Item:
    return Item(
        blinded=question.blinded,
        applicant=applicant_commitment(subject.application, subject.identifier.to_bytes(), salt),
        consent=consent_commitment(subject.application, subject.consent_sha256, salt),
    )


def _request(desk: Desk, reason: str, items: list[Item]) -> Signed[CheckRequest]:
    version, partner = desk.view.version.record, desk.partner
    request = CheckRequest(
        epoch=desk.epoch.id,
        institution=partner.institution,
        reason=reason,
        version=version.number,
        root=version.root,
        items=tuple(items),
        at=format_instant(partner.now()),
        nonce=partner.random(32),
    )
    public = partner.signer.public
    return Signed(request, Signature(public.suite, public.key_id, partner.signer.sign(signed_bytes(request))))


def _order(desk: Desk) -> list[int]:
    """Return the evaluators from a random place on: so each of them gets its share of the questions."""
    places = [evaluator.index for evaluator in desk.epoch.plan.evaluators]
    first = int.from_bytes(desk.partner.random(4), "big") % len(places)
    return places[first:] + places[:first]


def _names(desk: Desk, questions: Sequence[Question], asked: Asked) -> list[Name]:
    evaluated = asked.evaluated(desk.epoch.plan.threshold)
    return [question.name(element) for question, element in zip(questions, evaluated, strict=True)]


def _opening(
    subject: Subject, question: Question, place: tuple[bytes, int, bytes], view: ListView, name: Name
) -> CheckOpening:
    receipt, item, salt = place
    return CheckOpening(
        receipt=receipt,
        item=item,
        identifier_kind=str(subject.identifier.kind),
        identifier=subject.identifier.value,
        factor=question.factor,
        application=subject.application,
        consent_sha256=subject.consent_sha256,
        salt=salt,
        proof=view.prove(name.token),
    )


def _result(view: ListView, name: Name, parts: tuple[Subject, CheckReceipt, CheckOpening], asked: Asked) -> Result:
    subject, receipt, opening = parts
    leaf = check_proof(view.version.record.root, name.token, opening.proof)
    shown = () if leaf is None else tuple(view.shown_of(name.token))
    return Result(
        subject=subject,
        name=name,
        listed=leaf is not None,
        shown=shown,
        whole=leaf is None or leaf == leaf_value((each.id, each.state, each.sealed) for each in shown),
        receipt=receipt,
        opening=opening,
        troubles=dict(asked.troubles),
    )
