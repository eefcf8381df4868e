"""Rows of invitation links, browser sessions and one-time codes.

Promises: a link is used by one browser, whoever races; only hashes of secrets are kept. Leaves when something may be used to
`core.agreements`. DESIGN 5.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from ledger.storage.rows import changed, find_all, find_one, values_of
from ledger.storage.tables import messages as table


@dataclass(frozen=True)
class InvitationRow:
    id: str
    agreement_id: str
    signer_id: str
    token_hash: bytes
    made_at: str
    expires_at: str
    used_at: str | None = None
    revoked_at: str | None = None


@dataclass(frozen=True)
class SessionRow:
    id: str
    agreement_id: str
    signer_id: str
    invitation_id: str
    token_hash: bytes
    opened_at: str
    expires_at: str
    confirmed_at: str | None = None
    proved_at: str | None = None
    ended_at: str | None = None
    failures: int = 0


@dataclass(frozen=True)
class CodeRow:
    id: str
    session_id: str
    agreement_id: str
    signer_id: str
    digest: bytes
    channel: str
    made_at: str
    failures: int = 0
    used_at: str | None = None
    delivery: str = "sending"


def insert_invitation(tx: Connection, row: InvitationRow) -> None:
    """Store a new link in place of those sent before, which are dead from now on (unless opened: their browser goes on)."""
    revoke_invitations(tx, row.agreement_id, row.signer_id, row.made_at)
    tx.execute(insert(table.invitation), values_of(row))


def revoke_invitations(tx: Connection, agreement_id: str, signer_id: str, at: str) -> int:
    """Make every unopened link of a signer dead; return how many."""
    rows = table.invitation.c
    mine = (rows.agreement_id == agreement_id) & (rows.signer_id == signer_id)
    unused = mine & rows.used_at.is_(None) & rows.revoked_at.is_(None)
    return changed(tx, update(table.invitation).where(unused).values(revoked_at=at))


def invitation_by_hash(tx: Connection, token_hash: bytes) -> InvitationRow | None:
    return find_one(tx, InvitationRow, table.invitation, token_hash=token_hash)


def use_invitation(tx: Connection, invitation_id: str, at: str) -> bool:
    """Mark a link as opened; False when another browser was first."""
    rows = table.invitation.c
    free = (rows.id == invitation_id) & rows.used_at.is_(None) & rows.revoked_at.is_(None)
    return changed(tx, update(table.invitation).where(free).values(used_at=at)) == 1


def insert_session(tx: Connection, row: SessionRow) -> None:
    """Store a browser session in place of the signer's earlier ones, which end."""
    end_sessions(tx, row.agreement_id, row.signer_id, row.opened_at)
    tx.execute(insert(table.signer_session), values_of(row))


def end_sessions(tx: Connection, agreement_id: str, signer_id: str, at: str) -> int:
    """End every running session of a signer; return how many."""
    rows = table.signer_session.c
    mine = (rows.agreement_id == agreement_id) & (rows.signer_id == signer_id) & rows.ended_at.is_(None)
    return changed(tx, update(table.signer_session).where(mine).values(ended_at=at))


def session_by_hash(tx: Connection, token_hash: bytes) -> SessionRow | None:
    return find_one(tx, SessionRow, table.signer_session, token_hash=token_hash)


def session_by_id(tx: Connection, session_id: str) -> SessionRow | None:
    return find_one(tx, SessionRow, table.signer_session, id=session_id)


def confirm_session(tx: Connection, session_id: str, at: str) -> None:
    tx.execute(update(table.signer_session).where(table.signer_session.c.id == session_id).values(confirmed_at=at))


def prove_session(tx: Connection, session_id: str, at: str) -> None:
    tx.execute(update(table.signer_session).where(table.signer_session.c.id == session_id).values(proved_at=at))


def prove_sessions_of(tx: Connection, agreement_id: str, signer_id: str, at: str) -> None:
    """Note that the person in the running session of this signer was proved beyond the code."""
    rows = table.signer_session.c
    mine = (rows.agreement_id == agreement_id) & (rows.signer_id == signer_id) & rows.ended_at.is_(None)
    tx.execute(update(table.signer_session).where(mine & rows.confirmed_at.is_not(None)).values(proved_at=at))


def count_failure(tx: Connection, session_id: str) -> None:
    rows = table.signer_session
    tx.execute(update(rows).where(rows.c.id == session_id).values(failures=rows.c.failures + 1))


def lock_session(tx: Connection, session_id: str) -> SessionRow | None:
    """Return the session and hold it until the transaction ends: attempts at its code come one after another."""
    tx.execute(select(table.signer_session.c.id).where(table.signer_session.c.id == session_id).with_for_update())
    return session_by_id(tx, session_id)


def insert_code(tx: Connection, row: CodeRow) -> None:
    tx.execute(insert(table.one_time_code), values_of(row))


def codes_of_signer(tx: Connection, agreement_id: str, signer_id: str) -> list[CodeRow]:
    """Return all codes of a signer over all browsers, the oldest first."""
    where = {"agreement_id": agreement_id, "signer_id": signer_id}
    return find_all(tx, CodeRow, table.one_time_code, "made_at", "id", **where)


def note_code_failure(tx: Connection, code_id: str) -> None:
    rows = table.one_time_code
    tx.execute(update(rows).where(rows.c.id == code_id).values(failures=rows.c.failures + 1))


def use_code(tx: Connection, code_id: str, at: str) -> bool:
    """Mark a code as used; False when it was used before."""
    rows = table.one_time_code
    free = (rows.c.id == code_id) & rows.c.used_at.is_(None)
    return changed(tx, update(rows).where(free).values(used_at=at)) == 1


def note_code_delivery(tx: Connection, code_id: str, delivery: str) -> None:
    tx.execute(update(table.one_time_code).where(table.one_time_code.c.id == code_id).values(delivery=delivery))


def forget_sessions(tx: Connection, before: str) -> int:
    """Delete codes, sessions and links that ended before this time; return how many rows went.

    Each party's newest link stays: it opens nothing any more, but whoever has its message asks for another one by it, years later.
    """
    old = select(table.signer_session.c.id).where(table.signer_session.c.expires_at < before)
    gone = changed(tx, delete(table.one_time_code).where(table.one_time_code.c.session_id.in_(old)))
    gone += changed(tx, delete(table.signer_session).where(table.signer_session.c.expires_at < before))
    links = table.invitation.c
    newest = select(func.max(links.id)).group_by(links.agreement_id, links.signer_id)
    old_links = delete(table.invitation).where(links.expires_at < before, links.id.not_in(newest))
    return gone + changed(tx, old_links)
