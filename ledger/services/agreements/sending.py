"""How an agreement is sent, for the services that do it: the `agreement.sent` entry, the approval it rests on, the deadline."""

from datetime import datetime, timedelta

from ledger.core.agreements.ceremony import MOST_DAYS, send
from ledger.core.log.directory import format_instant
from ledger.errors import InvalidInput
from ledger.services.agreements.acting import Doing
from ledger.services.agreements.approving import require_approval
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.view import AgreementView
from ledger.services.context import Act, Stores
from ledger.services.recording import Recorded, record
from ledger.storage.ceremony import SentRow, insert_sent
from ledger.storage.database import Connection
from signing.canonical import Json


def deadline(now: datetime, valid_days: int) -> datetime:
    """Return until when an agreement sent now takes signatures; raise InvalidInput("agreement.valid-days")."""
    if not 1 <= valid_days <= MOST_DAYS:
        raise InvalidInput("agreement.valid-days", f"expected 1 to {MOST_DAYS} days", field="valid_days")
    return now + timedelta(days=valid_days)


def record_sending(tx: Connection, stores: Stores, act: Act, doing: Doing, expires_at: datetime) -> Recorded:
    """Queue `agreement.sent`, note the deadline and move the state.

    Raises Conflict when the agreement was sent before, and what `require_approval` raises.
    """
    view = doing.view
    after = send(ceremony_of(view), expires_at)
    approval = require_approval(tx, stores, act, view)
    private: dict[str, Json] = {"expires_at": format_instant(expires_at)}
    if approval is not None:
        private["approval"] = approval.to_json()
    recorded = record(tx, stores, act, doing.event("sent", private, {"document": document_of(view)}))
    row = SentRow(view.row.id, recorded.entry_id, format_instant(act.now), format_instant(expires_at))
    insert_sent(tx, row)
    move_state(tx, view, after.state, recorded.entry_id)
    return recorded


def document_of(view: AgreementView) -> Json:
    """Return the committed value that names the agreement's document."""
    return {"sha256": view.document.sha256.hex(), "bytes": view.document.byte_length}
