"""Bodies and answers of the routes of applications, policies and decisions."""

import base64
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.agreements import SignatureValue
from api.schemas.directory import StrictBody
from api.schemas.keys import KeyId
from api.schemas.strict_request import Id
from ledger.core.applications.decide import Verdict
from ledger.core.applications.policy_check import Defect
from ledger.core.applications.read_policy_sheets import ReadPolicy
from ledger.core.applications.rule_set import ROLE as RULE_SET_ROLE
from ledger.core.applications.rule_set import Ruling
from ledger.errors import InvalidInput
from ledger.services.applications.decided import Said
from ledger.services.applications.dry_run_policy import TriedPolicy
from ledger.services.applications.find import Found
from ledger.services.applications.queue import Waiting
from ledger.services.applications.read import ApplicationRead
from ledger.storage.applications import StateRow
from ledger.storage.policies import PolicyRow
from ledger.storage.rule_sets import RuleSetRow
from signing.canonical import decode
from signing.decision import MAX_CONDITIONS, DecisionStatement
from signing.typed_data import typed_data_json

MAX_MOVED = 1000  # applications named in one answer
Condition = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NewDecisionRequest(StrictBody):
    """What somebody is about to say, with which of their keys, in whose place."""

    verdict: Annotated[Verdict, Field(strict=False)]
    key_id: KeyId
    conditions: Annotated[list[Condition], Field(max_length=MAX_CONDITIONS, default_factory=list)]
    in_place_of: Id | None = None
    reason: Condition | None = None


class NewSignedDecision(StrictBody):
    """`statement` is the base64 of the exact bytes that were signed, as POST …/decision-statements gave them."""

    statement: Annotated[str, StringConstraints(max_length=6000)]
    signature: SignatureValue


class NewSitting(StrictBody):
    """The committee for one application: the ids of its members, one of whom chairs it."""

    members: Annotated[list[Id], Field(min_length=1, max_length=30)]
    chair: Id


YEARS = range(1900, 9000)  # in every zone, and some years further, still a time that can be computed with


def read_instant(text: str) -> datetime:
    """Return the time of an ISO 8601 text with its zone, in a year of `YEARS`; raise ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError(text)
    return moment


def instant_of(name: str, text: str) -> datetime:
    """Return the time of a member; raise InvalidInput("policy.invalid") that names it."""
    try:
        return read_instant(text)
    except ValueError as error:
        message = f"{name}: expected a time with its zone, such as 2026-12-01T00:00:00Z"
        raise InvalidInput("policy.invalid", message, field=name) from error


def application_line(found: Found) -> dict[str, object]:
    return {
        "id": found.row.id,
        "number": found.row.number,
        "branch": found.row.branch,
        "created_at": found.row.created_at,
        **_state(found.state),
    }


def application_answer(read: ApplicationRead) -> dict[str, object]:
    """Shape an application for its reader: what it says, who is behind it where the reader may know, how it stands."""
    view = read.view
    return {
        "id": view.row.id,
        "number": view.row.number,
        "author": view.row.author_id,
        "created_at": view.row.created_at,
        **_state(view.state),
        "content_sha256": view.version.content_sha256.hex(),
        "content": read.content.to_json(),
        "people": read.people,
        "versions": [
            {
                "version": row.version,
                "content_sha256": row.content_sha256.hex(),
                "author": row.author_id,
                "at": row.recorded_at,
            }
            for row in view.versions
        ],
        "decisions": [_decision(said) for said in read.decisions],
        "conditions": [
            {"condition": item.text, "reported_by": item.reported_by, "is_met": item.is_met} for item in read.conditions
        ],
        "attachments": [
            {"id": row.id, "sha256": row.sha256.hex(), "media_type": row.media_type} for row in read.attachments
        ],
        "evidence": [
            {"kind": one.row.kind, "by": one.row.author_id, "at": one.row.recorded_at, "says": one.said}
            for one in read.evidence
        ],
        "latest_entry": view.state.changed_entry,
    }


def _decision(said: Said) -> dict[str, object]:
    """Shape a decision as its statement says it; a rule set's verdict is its ruling."""
    row, words = said.row, said.words
    line: dict[str, object] = {
        "entry": row.entry_id,
        "decider": row.decider_id,
        "version": row.version,
        "at": row.decided_at,
    }
    if isinstance(words, Ruling):
        return {**line, "role": RULE_SET_ROLE, "verdict": words.value, "conditions": [], "reason": None}
    told = {"role": words.role, "verdict": words.verdict, "conditions": list(words.conditions)}
    return {**line, **told, "reason": words.reason}


def waiting_line(waiting: Waiting) -> dict[str, object]:
    return {
        "id": waiting.row.id,
        "number": waiting.row.number,
        "branch": waiting.row.branch,
        "is_overdue": waiting.is_overdue,
        "is_escalated": waiting.is_escalated,
        "names_committee": waiting.names_committee,
        "ways": [
            {"role": way.role, "in_place_of": way.in_place_of, "verdicts": list(way.verdicts)} for way in waiting.ways
        ],
        **_state(waiting.state),
    }


def policy_line(row: PolicyRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "sha256": row.sha256.hex(),
        "valid_from": row.valid_from,
        "author": row.author_id,
        "published_at": row.published_at,
        "holds_from": row.holds_from,
    }


def checked_policy(read: ReadPolicy, defects: list[Defect]) -> dict[str, object]:
    """Shape what is wrong with a policy: each gap or overlap with an example, and where its rows stand in the file."""
    return {
        "name": read.policy.name,
        "sha256": read.policy.sha256().hex(),
        "defects": [_defect(defect, read) for defect in defects],
    }


def dry_run_answer(tried: TriedPolicy) -> dict[str, object]:
    """Shape what a policy would have made of the past; `moved` is null for whoever may not read applications."""
    figures = tried.figures
    return {
        "summary": figures.sentences(),
        "applications": figures.counted,
        "before": dict(sorted(figures.before.items())),
        "after": dict(sorted(figures.after.items())),
        "moved_count": len(figures.moved),
        "moved": [vars(each) for each in figures.moved[:MAX_MOVED]] if tried.shows_numbers else None,
        "other_currency": figures.other_currency,
        "other_branch": figures.other_branch,
        "unopened": tried.unopened,
    }


def _defect(defect: Defect, read: ReadPolicy) -> dict[str, object]:
    case = defect.case
    example = {
        "product": case.product,
        "amount": {"currency": read.policy.currency, "minor": str(case.amount)},
        "grade": case.grade,
        "listed": case.listed,
        "collateral_fall": case.collateral_fall,
    }
    rows = defect.near or tuple((row, "id") for row in defect.rows)
    return {
        "code": defect.code,
        "message": defect.text(read.places),
        "example": example,
        "rows": [{"id": row, "place": read.places.row(row, column)} for row, column in rows],
    }


def rule_set_line(row: RuleSetRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "version": row.version,
        "sha256": row.sha256.hex(),
        "valid_from": row.valid_from,
        "author": row.author_id,
        "published_at": row.published_at,
        "holds_from": row.holds_from,
        "rule_set": decode(row.content.encode()),
    }


def statement_answer(statement: DecisionStatement) -> dict[str, object]:
    """Return what is to be signed: the exact bytes, their SHA-256, and for a wallet the typed data."""
    answer: dict[str, object] = {
        "statement": base64.b64encode(statement.to_bytes()).decode(),
        "sha256": statement.digest.hex(),
        "key_id": statement.key_id,
        "role": statement.role,
        "expires_at": statement.expires_at,
    }
    if statement.key_id.startswith("eip712:"):
        answer["typed_data"] = typed_data_json(*statement.typed_data())
    return answer


def _state(state: StateRow) -> dict[str, object]:
    return {
        "state": state.state,
        "version": state.version,
        "path": state.path or None,
        "policy": state.policy_id or None,
        "waiting_for": state.waiting_for or None,
        "due_on": state.due_on or None,
    }
