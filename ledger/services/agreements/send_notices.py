"""Send the notices that are due (DESIGN section 9).

Promises: a link's token is made as its message is sent and is kept nowhere; what
failed for good is a dead letter that staff see. Leaves to others: whom to tell (follow_log), claiming and trying again
(dispatch).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ledger.core.agreements.invitation import INVITATION_LIFE, TOKEN_BYTES, token_hash
from ledger.core.agreements.notice_text import WITH_LINK, Notice, notice_text
from ledger.core.agreements.people import Person
from ledger.core.agreements.reminders import not_in_quiet_hours
from ledger.core.agreements.states import ENDED, OPEN_FOR_SIGNATURE
from ledger.core.log.directory import format_instant
from ledger.errors import InvalidInput
from ledger.messages.door import Channel, Message, Senders
from ledger.services.agreements.browser import INVITATION
from ledger.services.agreements.standing import ceremony_of, local_deadline, open_person
from ledger.services.agreements.view import AgreementView, view_of
from ledger.services.context import Act, Stores
from ledger.services.dispatch import LIMIT, Dispatch, dispatch_due, dropped, sent
from ledger.storage.notices import NOTICES, NoticeRow
from ledger.storage.sessions import InvitationRow, insert_invitation

_ONLY_WHILE_OPEN = frozenset({Notice.INVITATION, Notice.REMINDER, Notice.IDENTITY_REFUSED})


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """How messages leave, and where their links lead: `link_of` makes the address of a token."""

    senders: Senders
    link_of: Callable[[str], str]


def send_notices(stores: Stores, act: Act, outgoing: Outgoing, *, limit: int = LIMIT) -> int:
    """Send up to `limit` notices that are due; return how many were settled or tried. What fails is written down, not raised."""
    dispatch = Dispatch(outbox=NOTICES, send=lambda row: _send(stores, act, outgoing, row))
    return dispatch_due(stores, act, dispatch, limit)


def _send(stores: Stores, act: Act, outgoing: Outgoing, row: NoticeRow) -> NoticeRow:
    view = stores.database.read(lambda tx: view_of(tx, row.agreement_id))
    if not _still_matters(view, row):
        return dropped(act, row)
    key = stores.record_keys.get(view.document.record_id)
    person = stores.database.read(lambda tx: open_person(tx, key, view, row.signer_id))
    if row.kind == Notice.REMINDER and person is not None:
        morning = not_in_quiet_hours(act.now, person.zone)  # it may have been tried before, or the worker been away
        if morning != act.now:
            return replace(row, due_at=format_instant(morning))
    channel, address = _address(person, outgoing.senders)
    link = outgoing.link_of(_new_link(stores, act, row)) if row.kind in WITH_LINK else None
    language, deadline = (person.language, local_deadline(view, person)) if person else ("zh", "")
    words = notice_text(Notice(row.kind), language, number=view.row.number, deadline=deadline, link=link)
    message = Message(
        channel=channel,
        address=address,
        subject=words.subject,
        body=words.body,
        kind=row.kind,
        reference=f"{row.id}-{row.attempts}",  # another attempt is another message: its link is a new one
    )
    outgoing.senders.send(message)
    return replace(sent(act, row), channel=channel)


def _still_matters(view: AgreementView, row: NoticeRow) -> bool:
    if row.kind == Notice.LINK:
        here = {seat.signer_id for seat in ceremony_of(view).active}
        return view.state not in ENDED and row.signer_id in here
    if row.kind not in _ONLY_WHILE_OPEN:
        return True
    waiting = {seat.signer_id for seat in ceremony_of(view).active if not seat.is_signed}
    return view.state in OPEN_FOR_SIGNATURE and row.signer_id in waiting


def _address(person: Person | None, senders: Senders) -> tuple[Channel, str]:
    """Return how to reach the person: by e-mail where that is offered and known, since a link is easier to open there."""
    known = {Channel.EMAIL: person.email if person else None, Channel.SMS: person.phone if person else None}
    for channel, address in known.items():
        if address is not None and senders.offers(channel):
            return channel, address
    raise InvalidInput("message.no-channel", "no sender is set up for any address of this person")


def _new_link(stores: Stores, act: Act, row: NoticeRow) -> str:
    token = act.random(TOKEN_BYTES).hex()
    at, until = format_instant(act.now), format_instant(act.now + INVITATION_LIFE)
    link = InvitationRow(act.new_id(), row.agreement_id, row.signer_id, token_hash(INVITATION, token), at, until)
    stores.database.write(lambda tx: insert_invitation(tx, link))
    return token
