"""Rows of what an evaluator remembers of each request: hash, nonce, whose, how many, marks of consents; never what was asked.

Promises: a nonce is taken once per evaluator and epoch. DESIGN 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, func, select

from ledger.errors import Conflict
from ledger.storage.kept import Kept
from ledger.storage.rows import fetch_all, insert_new, values_of
from ledger.storage.tables.applications import application
from ledger.storage.tables.blacklist import consent_marks, evaluator_request, listing


@dataclass(frozen=True)
class EvaluatorRequestRow:
    epoch_id: bytes
    evaluator: int
    nonce: bytes
    request_hash: bytes
    institution_id: str
    reason: str
    items: int
    day: str
    at: str


@dataclass(frozen=True)
class RememberedRow:
    """A request as a report wants it: `marks` are the first bytes of its consent commitments, one after the other."""

    nonce: bytes
    institution_id: str
    reason: str
    items: int
    at: str
    marks: bytes


def insert_request(tx: Connection, row: EvaluatorRequestRow, marks: bytes) -> None:
    """Remember a request and the marks of its consents; Conflict("check.replayed") when its nonce was used before."""
    if not insert_new(tx, evaluator_request, values_of(row)):
        raise Conflict("check.replayed", "this request was answered before: make a new one, with a new nonce and time")
    kept = {"epoch_id": row.epoch_id, "evaluator": row.evaluator, "nonce": row.nonce, "marks": marks}
    insert_new(tx, consent_marks, kept)


def used_today(tx: Connection, row: EvaluatorRequestRow) -> int:
    """Return how many subjects the row's institution asked this evaluator about on the row's day."""
    values = {"epoch": row.epoch_id, "place": row.evaluator, "of": row.institution_id, "on": row.day}
    return int(_USED.scalar(tx, values) or 0)


def remembered(tx: Connection, first: str, last: str) -> list[RememberedRow]:
    """Return what the evaluators here remember of the days from `first` to `last`, in the order of their times."""
    columns, marks = evaluator_request.c, consent_marks.c
    same = (
        (marks.epoch_id == columns.epoch_id) & (marks.evaluator == columns.evaluator) & (marks.nonce == columns.nonce)
    )
    told = (columns.nonce, columns.institution_id, columns.reason, columns["items"], columns.at)
    statement = (
        select(*told, func.coalesce(marks.marks, b""))
        .select_from(evaluator_request.outerjoin(consent_marks, same))
        .where(columns.day >= first, columns.day <= last)
    )
    return fetch_all(tx, RememberedRow, statement.order_by(columns.at))


def applications_of(tx: Connection, institutions: Sequence[str], day: str) -> dict[str, int]:
    """Return how many applications each of these institutions entered on a day (UTC), where it enters any here at all."""
    columns = application.c
    today = func.sum(case((columns.created_at.startswith(day), 1), else_=0))
    statement = select(columns.institution_id, today).where(columns.institution_id.in_(institutions))
    return {row[0]: int(row[1]) for row in tx.execute(statement.group_by(columns.institution_id))}


def listings_of_day(tx: Connection, day: str) -> dict[str, int]:
    """Return how many listings each institution proposed on a day (UTC)."""
    columns = listing.c
    statement = select(columns.institution_id, func.count()).where(columns.proposed_at.startswith(day))
    return {row[0]: int(row[1]) for row in tx.execute(statement.group_by(columns.institution_id))}


_COLUMNS = evaluator_request.c
_USED = Kept(
    select(func.sum(_COLUMNS["items"])).where(
        _COLUMNS.epoch_id == bindparam("epoch"),
        _COLUMNS.evaluator == bindparam("place"),
        _COLUMNS.institution_id == bindparam("of"),
        _COLUMNS.day == bindparam("on"),
    )
)
