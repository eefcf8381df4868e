"""Open an invitation link in one browser. The link grants nothing; the session it begins waits for its code (DESIGN section 5)."""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.agreements.invitation import SESSION_LIFE, TOKEN_BYTES, Link, check_link, token_hash
from ledger.core.agreements.states import ENDED
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict, NotFound
from ledger.services.agreements.browser import INVITATION, SESSION, find_session
from ledger.services.context import Act, Stores
from ledger.storage import agreements as agreement_rows
from ledger.storage.ceremony import seat_of
from ledger.storage.database import Connection
from ledger.storage.sessions import (
    InvitationRow,
    SessionRow,
    insert_session,
    invitation_by_hash,
    use_invitation,
)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What the page sets as a cookie (HttpOnly, Secure, SameSite=Strict), and where the browser goes on."""

    session_token: str
    agreement_id: str
    signer_id: str
    expires_at: str


def open_invitation(stores: Stores, act: Act, token: str, *, present: str | None = None) -> Opened:
    """Begin a browser session from a link, on a POST by a person: programs that look at links in messages only GET.

    `present` is the cookie that the browser has: a link opened again in its own browser goes on there. Every other session of
    the signer ends. Raises NotFound("link.unknown"), Conflict("link.used" | "link.replaced" | "link.expired" |
    "signer.replaced" | "agreement.ended").
    """
    digest, session_token = token_hash(INVITATION, token), act.random(TOKEN_BYTES).hex()

    def work(tx: Connection) -> Opened:
        row = invitation_by_hash(tx, digest)
        if row is None:
            raise _unknown()
        running = find_session(tx, present, act.now) if present else None
        if present and running and running.row.invitation_id == row.id:
            return _opened(running.row, present)
        _check(tx, row, act.now)
        if not use_invitation(tx, row.id, format_instant(act.now)):
            raise Conflict(
                "link.used", "this link was opened elsewhere; ask for a new one, which goes to the address we hold"
            )
        session = _session(act, row, session_token)
        insert_session(tx, session)
        return _opened(session, session_token)

    return stores.database.write(work)


def _check(tx: Connection, row: InvitationRow, now: datetime) -> None:
    link = Link(
        made_at=datetime.fromisoformat(row.made_at),
        expires_at=datetime.fromisoformat(row.expires_at),
        used_at=None if row.used_at is None else datetime.fromisoformat(row.used_at),
        revoked_at=None if row.revoked_at is None else datetime.fromisoformat(row.revoked_at),
    )
    seat = seat_of(tx, row.agreement_id, row.signer_id)
    if seat is not None and seat.replaced_entry is not None:
        raise Conflict("signer.replaced", "another person signs in this place now; ask the lender")
    state = agreement_rows.state_of(tx, row.agreement_id)
    if state is not None and state.state in ENDED:
        raise Conflict("agreement.ended", f"this agreement was {state.state}; there is nothing more to do here")
    check_link(link, now)


def _session(act: Act, row: InvitationRow, token: str) -> SessionRow:
    return SessionRow(
        id=act.new_id(),
        agreement_id=row.agreement_id,
        signer_id=row.signer_id,
        invitation_id=row.id,
        token_hash=token_hash(SESSION, token),
        opened_at=format_instant(act.now),
        expires_at=format_instant(act.now + SESSION_LIFE),
    )


def _opened(row: SessionRow, token: str) -> Opened:
    return Opened(
        session_token=token, agreement_id=row.agreement_id, signer_id=row.signer_id, expires_at=row.expires_at
    )


def _unknown() -> NotFound:
    return NotFound("link.unknown", "this link is not complete; open it from the message, or ask for a new one")
