"""Ask for another link where one was used, lost or out of date. It goes to the address on record, whoever asks (DESIGN section 5)."""

from datetime import datetime, timedelta

from ledger.core.agreements.invitation import token_hash
from ledger.core.agreements.notice_text import Notice
from ledger.core.agreements.one_time_code import Delivery, SentCode, check_may_send
from ledger.core.log.directory import format_instant
from ledger.errors import NotAllowed
from ledger.services.agreements.browser import INVITATION
from ledger.services.context import Act, Stores
from ledger.storage.agreements import agreement_by_id
from ledger.storage.database import Connection
from ledger.storage.notices import NoticeRow, notices_of, queue_notices
from ledger.storage.sessions import InvitationRow, invitation_by_hash

_REMEMBERED = timedelta(days=1)
_LINKS = frozenset({Notice.INVITATION, Notice.LINK})


def ask_for_link(stores: Stores, act: Act, token: str) -> None:
    """Queue another link to whom this one was sent, as long as there is something to open: also when all have signed, for the copy.

    The old browser goes on until the new link is opened.

    The answer is the same whether or not there is such a link, or one was sent lately: nobody learns from it. Raises
    NotFound("link.unknown") only for what is no link at all.
    """
    digest = token_hash(INVITATION, token)
    stores.database.write(lambda tx: _queue(tx, act, invitation_by_hash(tx, digest)))


def _queue(tx: Connection, act: Act, row: InvitationRow | None) -> None:
    agreement = agreement_by_id(tx, row.agreement_id) if row else None
    if row is None or agreement is None or not _may(tx, row, act.now):
        return
    at, request = format_instant(act.now), act.new_id()
    notice = NoticeRow(request, agreement.institution_id, agreement.id, row.signer_id, Notice.LINK, request, at, at)
    queue_notices(tx, [notice])


def _may(tx: Connection, row: InvitationRow, now: datetime) -> bool:
    asked = [
        datetime.fromisoformat(notice.made_at)
        for notice in notices_of(tx, row.agreement_id)
        if notice.signer_id == row.signer_id and notice.kind in _LINKS
    ]
    try:
        sent = [SentCode(made_at=at, delivery=Delivery.SENT) for at in asked if now - at < _REMEMBERED]
        check_may_send(sent, now)  # links are asked for as seldom as codes
    except NotAllowed:
        return False
    return True
