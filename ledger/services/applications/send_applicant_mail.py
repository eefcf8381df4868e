"""Send the mails to applicants that are due, and record of each what became of it: `application.told`, the proof (DESIGN section 6).

Promises: what left is recorded as sent with the day it named, what failed for good as failed, and
then nothing lapses by it; what was answered meanwhile is dropped. Leaves whom to tell to send_word, claiming and trying again
to dispatch.
"""

from dataclasses import dataclass, replace

from ledger.core.applications.applicant_mail import GivenBack, Mail, applicant_mail
from ledger.core.applications.states import WITH_APPLICANT, State
from ledger.errors import InvalidInput, NotFound
from ledger.messages.door import Channel, Message, Senders
from ledger.services.applications.decided import said_in
from ledger.services.applications.moving import Moving, move_on
from ledger.services.applications.people import Reachable, reachable
from ledger.services.applications.view import ApplicationView, read_view
from ledger.services.context import Act, Stores
from ledger.services.dispatch import LIMIT, Dispatch, dispatch_due, dropped, sent
from ledger.services.institution_name import name_of
from ledger.services.opening import open_fields
from ledger.services.recording import RecordKey
from ledger.storage import applications as rows
from ledger.storage.applicant_notices import APPLICANT_NOTICES, ApplicantNoticeRow
from ledger.storage.database import Connection
from ledger.storage.outbox import DEAD, SENT
from ledger.storage.vault_fields import fields_of_entry
from signing.decision import DecisionStatement


@dataclass(frozen=True, kw_only=True)
class MailWays:
    """How mail leaves; `channel` is what is put on record: email, or folder where no mail server is set up."""

    senders: Senders
    channel: str


def send_applicant_mail(stores: Stores, act: Act, ways: MailWays, *, limit: int = LIMIT) -> int:
    """Send up to `limit` mails that are due; return how many were settled or tried. What fails is written down, not raised."""
    dispatch = Dispatch(
        outbox=APPLICANT_NOTICES,
        send=lambda row: _send(stores, act, ways, row),
        settle=lambda row: _settle(stores, act, ways, row),
    )
    return dispatch_due(stores, act, dispatch, limit)


def _send(stores: Stores, act: Act, ways: MailWays, row: ApplicantNoticeRow) -> ApplicantNoticeRow:
    view = stores.database.read(lambda tx: _waiting(tx, row))
    person = None if view is None else stores.database.read(lambda tx: _person(tx, stores, view, row))
    if view is None or person is None:
        return dropped(act, row)
    if not ways.senders.offers(Channel.EMAIL):
        raise InvalidInput("message.no-channel", "no sender is set up for mail")
    mail = stores.database.read(lambda tx: _mail(tx, stores, view, person, row))
    message = Message(
        channel=Channel.EMAIL,
        address=person.email,
        subject=mail.subject,
        body=mail.body,
        kind=f"application-{view.state.state}",
        reference=row.id,
    )
    ways.senders.send(message)
    return sent(act, row)


def _waiting(tx: Connection, row: ApplicantNoticeRow) -> ApplicationView | None:
    """Return the application while it waits for its applicant as it did when the mail was asked for."""
    found = rows.application_by_id(tx, row.application_id)
    view = None if found is None else read_view(tx, found)
    return (
        view if view is not None and view.state.state in WITH_APPLICANT and _given_back(view) <= row.made_at else None
    )


def _given_back(view: ApplicationView) -> str:
    return max((decision.decided_at for decision in view.decisions), default="")


def _person(tx: Connection, stores: Stores, view: ApplicationView, row: ApplicantNoticeRow) -> Reachable | None:
    opened = open_fields(stores, fields_of_entry(tx, view.row.created_entry)).get("people")
    return next((one for one in reachable(opened.value if opened else None) if one.id == row.applicant), None)


def _mail(tx: Connection, stores: Stores, view: ApplicationView, person: Reachable, row: ApplicantNoticeRow) -> Mail:
    words = said_in(tx, stores, view.decisions[-1]).words
    given = GivenBack(
        state=State(view.state.state),
        number=view.row.number,
        lender=name_of(tx, view.row.institution_id),
        until=row.until,
        needed=words.conditions if isinstance(words, DecisionStatement) else (),
    )
    return applicant_mail(given, person.language)


def _settle(stores: Stores, act: Act, ways: MailWays, row: ApplicantNoticeRow) -> None:
    """Write what became of a mail; once it left, or is given up, as an entry too."""
    if row.status not in {SENT, DEAD}:
        stores.database.write(lambda tx: APPLICANT_NOTICES.settle(tx, row))
        return
    key = RecordKey(row.application_id, stores.record_keys.get(row.application_id))

    def work(tx: Connection) -> None:
        APPLICANT_NOTICES.settle(tx, row)
        found = rows.application_by_id(tx, row.application_id)
        if found is None:
            raise NotFound(
                "application.unknown", "a mail without its application; the operator should run `tally audit`"
            )
        view = read_view(tx, found)
        principal = replace(act.principal, institution_id=view.row.institution_id)
        move_on(tx, stores, replace(act, principal=principal), view, lambda _, now: _told(now, ways, row), key)

    stores.database.write(work)


def _told(view: ApplicationView, ways: MailWays, row: ApplicantNoticeRow) -> Moving:
    is_sent = row.status == SENT and view.state.state in WITH_APPLICANT
    until = row.until if is_sent else view.state.due_on
    told = {
        "message": row.id,
        "channel": ways.channel,
        "status": "sent" if row.status == SENT else "failed",
        "until": until,
        "to": row.applicant,
    }
    return Moving(
        type="told",
        move=None,
        private={"told": dict(told), "recorder": row.recorder_id},
        changes={"due_on": until},
    )
