"""Rows of the ceremony: seats and their steps, sending, authority, proposals to void.

Promises: a step is set once; only seats that nobody was put into anew count. Leaves which step may follow to
`core.agreements.ceremony`. DESIGN 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import Connection, bindparam, insert, select, update

from ledger.core.agreements.ceremony import Step
from ledger.errors import Conflict
from ledger.storage.agreements import SignerRow
from ledger.storage.forms import Instant, words_of
from ledger.storage.rows import changed, fetch_all, find_all, find_one, insert_new, values_of
from ledger.storage.tables import agreements as agreement_table
from ledger.storage.tables import ceremony as table

STEP_COLUMNS = ("viewed_entry", "identified_entry", "consented_entry", "read_entry", "replaced_entry")


@dataclass(frozen=True)
class SeatRow:
    agreement_id: str
    signer_id: str
    seated_entry: str
    signing_order: int
    needs: Annotated[str, words_of(Step)]
    person_field: str | None
    viewed_entry: str | None = None
    identified_entry: str | None = None
    consented_entry: str | None = None
    read_entry: str | None = None
    replaced_entry: str | None = None


@dataclass(frozen=True)
class SentRow:
    agreement_id: str
    sent_entry: str
    sent_at: Instant
    expires_at: Instant


@dataclass(frozen=True)
class SubmittedRow:
    agreement_id: str
    application_id: str
    submitted_entry: str


@dataclass(frozen=True)
class AuthorityRow:
    entry_id: str
    agreement_id: str
    signer_id: str
    document_id: str


@dataclass(frozen=True)
class VoidProposalRow:
    entry_id: str
    agreement_id: str
    proposer_id: str


def insert_seats(tx: Connection, rows: Sequence[SeatRow]) -> None:
    """Store the seats of an agreement's signers, whose rows exist."""
    if rows:
        tx.execute(insert(table.signer_seat), [values_of(row) for row in rows])


def insert_successor(tx: Connection, signer: SignerRow, seat: SeatRow) -> None:
    """Store one more signer with a seat: the person who signs in another's place."""
    tx.execute(insert(agreement_table.agreement_signer), values_of(signer))
    tx.execute(insert(table.signer_seat), values_of(seat))


def seats_of(tx: Connection, agreement_id: str) -> list[SeatRow]:
    """Return all seats of an agreement, replaced ones too."""
    return find_all(tx, SeatRow, table.signer_seat, "signing_order", "signer_id", agreement_id=agreement_id)


def seat_of(tx: Connection, agreement_id: str, signer_id: str) -> SeatRow | None:
    return find_one(tx, SeatRow, table.signer_seat, agreement_id=agreement_id, signer_id=signer_id)


def set_step(tx: Connection, agreement_id: str, signer_id: str, column: str, entry_id: str) -> None:
    """Note the entry of a step (one of STEP_COLUMNS); Conflict("signer.moved-on") when it was noted before."""
    values = {"of": agreement_id, "who": signer_id, "entry": entry_id}
    if not changed(tx, _SET_STEP[column], values):
        raise Conflict("signer.moved-on", "expected a step not taken before; read the agreement again")


def insert_sent(tx: Connection, row: SentRow) -> None:
    """Note that an agreement was sent; Conflict("agreement.moved-on") when it was before."""
    if not insert_new(tx, table.agreement_sent, values_of(row)):
        raise Conflict("agreement.moved-on", "expected an agreement not sent before; read it again")


def sent_of(tx: Connection, agreement_id: str) -> SentRow | None:
    return find_one(tx, SentRow, table.agreement_sent, agreement_id=agreement_id)


def insert_submitted(tx: Connection, row: SubmittedRow) -> None:
    """Note for which application an agreement waits; Conflict("agreement.moved-on") when it was submitted before."""
    if not insert_new(tx, table.agreement_submitted, values_of(row)):
        raise Conflict("agreement.moved-on", "expected an agreement not submitted before; read it again")


def submitted_of(tx: Connection, agreement_id: str) -> SubmittedRow | None:
    return find_one(tx, SubmittedRow, table.agreement_submitted, agreement_id=agreement_id)


def submissions_of(tx: Connection, application_id: str) -> list[SubmittedRow]:
    """Return the agreements that were submitted for one application."""
    return find_all(tx, SubmittedRow, table.agreement_submitted, "agreement_id", application_id=application_id)


def open_since(tx: Connection, states: Sequence[str], *, expired_by: str, limit: int = 100) -> list[SentRow]:
    """Return sent agreements in one of these states whose deadline has passed, the oldest deadline first."""
    sent, state = table.agreement_sent.c, agreement_table.agreement_state.c
    statement = (
        select(sent.agreement_id, sent.sent_entry, sent.sent_at, sent.expires_at)
        .join(agreement_table.agreement_state, state.agreement_id == sent.agreement_id)
        .where(state.state.in_(states), sent.expires_at <= expired_by)
        .order_by(sent.expires_at)
        .limit(limit)
    )
    return fetch_all(tx, SentRow, statement)


def insert_authority(tx: Connection, row: AuthorityRow) -> None:
    tx.execute(insert(table.agreement_authority), values_of(row))


def authorities_of(tx: Connection, agreement_id: str, signer_id: str) -> list[AuthorityRow]:
    """Return what was attached for one signer, in the order of the entries: the last one counts."""
    where = {"agreement_id": agreement_id, "signer_id": signer_id}
    return find_all(tx, AuthorityRow, table.agreement_authority, "entry_id", **where)


def insert_void_proposal(tx: Connection, row: VoidProposalRow) -> None:
    tx.execute(insert(table.void_proposal), values_of(row))


def void_proposals_of(tx: Connection, agreement_id: str) -> list[VoidProposalRow]:
    return find_all(tx, VoidProposalRow, table.void_proposal, "entry_id", agreement_id=agreement_id)


_SET_STEP = {
    name: update(table.signer_seat)
    .where(
        table.signer_seat.c.agreement_id == bindparam("of"),
        table.signer_seat.c.signer_id == bindparam("who"),
        table.signer_seat.c[name].is_(None),
    )
    .values({name: bindparam("entry")})
    for name in STEP_COLUMNS
}
