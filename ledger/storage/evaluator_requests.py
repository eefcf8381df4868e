"""Rows of what an evaluator remembers of each request: hash, nonce, whose, how many; never what was asked.

Promises: a nonce is taken once per evaluator and epoch. DESIGN 7.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from ledger.errors import Conflict
from ledger.storage.kept import Kept
from ledger.storage.rows import fetch_all, insert_new, select_rows, values_of
from ledger.storage.tables.blacklist import evaluator_request


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


def insert_request(tx: Connection, row: EvaluatorRequestRow) -> None:
    """Remember a request; Conflict("check.replayed") when its nonce was used before."""
    if not insert_new(tx, evaluator_request, values_of(row)):
        raise Conflict("check.replayed", "this request was answered before: make a new one, with a new nonce and time")


def used_today(tx: Connection, row: EvaluatorRequestRow) -> int:
    """Return how many subjects the row's institution asked this evaluator about on the row's day."""
    values = {"epoch": row.epoch_id, "place": row.evaluator, "of": row.institution_id, "on": row.day}
    return int(_USED.scalar(tx, values) or 0)


def requests_of_day(tx: Connection, epoch_id: bytes, evaluator: int, day: str) -> list[EvaluatorRequestRow]:
    """Return an evaluator's requests of one day in the order of their times."""
    columns = evaluator_request.c
    statement = select_rows(EvaluatorRequestRow, evaluator_request).where(
        columns.epoch_id == epoch_id, columns.evaluator == evaluator, columns.day == day
    )
    return fetch_all(tx, EvaluatorRequestRow, statement.order_by(columns.at))


_COLUMNS = evaluator_request.c
_USED = Kept(
    select(func.sum(_COLUMNS["items"])).where(
        _COLUMNS.epoch_id == bindparam("epoch"),
        _COLUMNS.evaluator == bindparam("place"),
        _COLUMNS.institution_id == bindparam("of"),
        _COLUMNS.day == bindparam("on"),
    )
)
