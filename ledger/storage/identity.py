"""Rows of submitted identity papers, until and after somebody decided about them.

Promises: a submission is decided once. Leaves the papers to `objects` and the decision to the log. DESIGN 5.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, update

from ledger.errors import Conflict
from ledger.storage.forms import Instant
from ledger.storage.rows import changed, fetch_all, find_all, find_one, page_size, select_rows, values_of
from ledger.storage.tables import messages as table


@dataclass(frozen=True)
class SubmissionRow:
    id: str
    agreement_id: str
    signer_id: str
    session_id: str
    institution_id: str
    provider: str
    paper: str
    object_name: str
    sha256: bytes
    submitted_at: Instant
    decided_entry: str | None = None
    result: str | None = None


def insert_submission(tx: Connection, row: SubmissionRow) -> None:
    tx.execute(insert(table.identity_submission), values_of(row))


def submission_by_id(tx: Connection, submission_id: str) -> SubmissionRow | None:
    return find_one(tx, SubmissionRow, table.identity_submission, id=submission_id)


def submissions_of(tx: Connection, agreement_id: str, signer_id: str) -> list[SubmissionRow]:
    """Return a signer's submissions, the oldest first."""
    where = {"agreement_id": agreement_id, "signer_id": signer_id}
    return find_all(tx, SubmissionRow, table.identity_submission, "submitted_at", "id", **where)


def undecided_submissions(
    tx: Connection, institution_id: str, *, after: str = "", limit: int = 100
) -> list[SubmissionRow]:
    """Return a page of what an institution's staff have to check, in the order of the ids, past `after`."""
    rows = table.identity_submission.c
    where = (rows.institution_id == institution_id, rows.decided_entry.is_(None), rows.id > after)
    statement = select_rows(SubmissionRow, table.identity_submission).where(*where)
    return fetch_all(tx, SubmissionRow, statement.order_by(rows.id).limit(page_size(limit)))


def decide_submission(tx: Connection, submission_id: str, *, entry_id: str, result: str) -> None:
    """Note the decision; Conflict("identity.decided") when somebody decided before."""
    rows = table.identity_submission
    open_one = (rows.c.id == submission_id) & rows.c.decided_entry.is_(None)
    if not changed(tx, update(rows).where(open_one).values(decided_entry=entry_id, result=result)):
        raise Conflict("identity.decided", "somebody decided about these papers before; read them again")
