"""Send the mails to staff that are due (DESIGN section 9).

Promises: what was done meanwhile, or has no address any more, is dropped. Leaves whom to tell to
follow_for_staff and staff_news, claiming and trying again to dispatch.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.core.agreements.states import OPEN_FOR_SIGNATURE
from ledger.core.log.staff_news import News, page_of, staff_mail
from ledger.errors import InvalidInput
from ledger.messages.door import Channel, Message, Senders
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.view import view_of
from ledger.services.context import Act, Stores
from ledger.services.dispatch import LIMIT, Dispatch, dispatch_due, dropped, sent
from ledger.services.log.addresses import address_of
from ledger.storage import applications as application_rows
from ledger.storage.agreements import agreement_by_id
from ledger.storage.database import Connection
from ledger.storage.identity import submission_by_id
from ledger.storage.staff_notices import STAFF_NOTICES, StaffNoticeRow


@dataclass(frozen=True, kw_only=True)
class Posting:
    """How mail leaves, and under which address a page of ours is found."""

    senders: Senders
    page: Callable[[str], str]


def send_staff_news(stores: Stores, act: Act, posting: Posting, *, limit: int = LIMIT) -> int:
    """Send up to `limit` mails that are due; return how many were settled or tried. What fails is written down, not raised."""
    dispatch = Dispatch(outbox=STAFF_NOTICES, send=lambda row: _send(stores, act, posting, row))
    return dispatch_due(stores, act, dispatch, limit)


def _send(stores: Stores, act: Act, posting: Posting, row: StaffNoticeRow) -> StaffNoticeRow:
    number = stores.database.read(lambda tx: _number_while_it_waits(tx, row))
    address = address_of(stores, row.person_id) if number is not None else None
    if number is None or address is None:
        return dropped(act, row)
    if not posting.senders.offers(Channel.EMAIL):
        raise InvalidInput("message.no-channel", "no sender is set up for mail")
    news = News(row.kind)
    mail = staff_mail(news, number=number, address=posting.page(page_of(news, row.subject_id)))
    message = Message(
        channel=Channel.EMAIL,
        address=address,
        subject=mail.subject,
        body=mail.body,
        kind=f"staff-{news}",
        reference=row.id,
    )
    posting.senders.send(message)
    return sent(act, row)


def _number_while_it_waits(tx: Connection, row: StaffNoticeRow) -> str | None:
    """Return the number of what waits; None once it was done, or ended."""
    if row.kind in {News.DECISION, News.SITTING}:
        return _application(tx, row)
    agreement = agreement_by_id(tx, row.subject_id)
    if agreement is None:
        return None
    if row.kind == News.IDENTITY:
        papers = submission_by_id(tx, row.cause)
        return agreement.number if papers is not None and papers.decided_entry is None else None
    view = view_of(tx, row.subject_id)
    waits = view.state in OPEN_FOR_SIGNATURE and (row.kind == News.VOID or row.cause in ceremony_of(view).turn)
    return agreement.number if waits else None


def _application(tx: Connection, row: StaffNoticeRow) -> str | None:
    found, state = (
        application_rows.application_by_id(tx, row.subject_id),
        application_rows.state_of(tx, row.subject_id),
    )
    if found is None or state is None or not state.waiting_for:
        return None
    named = any(one.version == state.version for one in application_rows.sittings_of(tx, row.subject_id))
    is_done = row.kind == News.SITTING and named
    place = f"{row.subject_id}.{state.version}.{state.step}"
    return found.number if not is_done and f"{row.cause}.".startswith(f"{place}.") else None
