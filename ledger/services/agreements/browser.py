"""The browser of a signer: what a cookie's token stands for, and whom it lets in (DESIGN section 5).

Promises: a session belongs to one browser, one signer, one agreement; before its code was confirmed it opens nothing, and its
principal may do nothing. Leaves to others: the cookie itself (api/pages).
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.agreements.invitation import is_in_date, token_hash
from ledger.core.log.permissions import VISITOR, Principal
from ledger.errors import NotAllowed, NotFound, VerificationFailed
from ledger.services.context import Stores
from ledger.storage.agreements import agreement_by_id
from ledger.storage.database import Connection
from ledger.storage.sessions import SessionRow, session_by_hash

SESSION, INVITATION = "signer-session", "invitation"


@dataclass(frozen=True, kw_only=True)
class SignerSession:
    """One browser's session. `principal` is the signer once the code was confirmed, and a visitor before."""

    row: SessionRow
    institution_id: str

    @property
    def is_confirmed(self) -> bool:
        return self.row.confirmed_at is not None

    @property
    def is_proved(self) -> bool:
        """Whether the person was proved beyond the code: by their own key, or by papers that were checked."""
        return self.row.proved_at is not None

    @property
    def principal(self) -> Principal:
        if not self.is_confirmed:
            return VISITOR
        return signer_principal(self.row.agreement_id, self.row.signer_id, self.institution_id)


def signer_principal(agreement_id: str, signer_id: str, institution_id: str) -> Principal:
    """Return a signer as a principal: only their own agreement, only what signers may."""
    return Principal(signer_id, institution_id, frozenset(), "signer", agreement_id)


def session_of(stores: Stores, token: str | None, now: datetime) -> SignerSession | None:
    """Return the running session of a cookie's token, else None: a page then asks for the link."""
    if token is None:
        return None
    return stores.database.read(lambda tx: find_session(tx, token, now))


def find_session(tx: Connection, token: str, now: datetime) -> SignerSession | None:
    try:
        digest = token_hash(SESSION, token)
    except NotFound:
        return None
    row = session_by_hash(tx, digest)
    if row is None or row.ended_at is not None or not is_in_date(_at(row.opened_at), _at(row.expires_at), now):
        return None
    agreement = agreement_by_id(tx, row.agreement_id)
    if agreement is None:
        raise VerificationFailed(
            "agreement.incomplete", "rows of this agreement are missing; the operator should run `tally audit`"
        )
    return SignerSession(row=row, institution_id=agreement.institution_id)


def require_session(tx: Connection, token: str, now: datetime) -> SignerSession:
    """Return the session; raise NotAllowed("session.ended") when there is none that runs."""
    session = find_session(tx, token, now)
    if session is None:
        raise NotAllowed("session.ended", "this browser's session has ended; open the link again, or ask for a new one")
    return session


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
