"""Send a one-time code to the person whose browser this is meant to be. It is worth something in that browser only (DESIGN 5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.core.agreements.notice_text import code_text, masked
from ledger.core.agreements.one_time_code import (
    BETWEEN_CODES,
    RANDOM_BYTES,
    Delivery,
    check_may_send,
    code_digest,
    new_code,
)
from ledger.core.agreements.people import Person
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, LedgerError
from ledger.messages.door import Channel, Handing, Message
from ledger.services.agreements.browser import SignerSession, require_session, signer_principal
from ledger.services.agreements.codes import codes_sent
from ledger.services.agreements.standing import open_person
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.sessions import CodeRow, codes_of_signer, insert_code, lock_session, note_code_delivery

_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class CodeSent:
    """How the code went out, to which address (masked), and after how many seconds another may be asked for."""

    channel: Channel
    address: str
    wait_seconds: int


def send_code(
    stores: Stores, act: Act, session_token: str, senders: Handing, channel: Channel | None = None
) -> CodeSent:
    """Send six digits by `channel`, else by SMS where that is offered and a phone is known, else by e-mail.

    The message is handed over at once, outside any transaction, and nobody waits until it was sent: the code's row says what became
    of it. Raises NotAllowed("session.ended" |
    "code.too-often"), Conflict("code.no-channel"), Unavailable("message.not-sent"), InvalidInput("message.refused").
    """
    session, view = stores.database.read(lambda tx: _look(tx, act, session_token))
    key = stores.record_keys.get(view.document.record_id)
    person = stores.database.read(lambda tx: open_person(tx, key, view, session.row.signer_id))
    chosen, address = _address(person, senders, channel)
    code = new_code(act.random(RANDOM_BYTES))
    row = CodeRow(
        id=act.new_id(),
        session_id=session.row.id,
        agreement_id=view.row.id,
        signer_id=session.row.signer_id,
        digest=code_digest(session_token, code),
        channel=chosen,
        made_at=format_instant(act.now),
    )
    stores.database.write(lambda tx: _keep(tx, row, act.now))
    words = code_text(person.language if person else "zh", number=view.row.number, code=code)
    message = Message(
        channel=chosen, address=address, subject=words.subject, body=words.body, kind="code", reference=row.id
    )
    try:
        senders.hand_over(message, lambda error: _note(stores, row.id, error))
    except LedgerError as error:
        _note(stores, row.id, error)  # nobody took it, so nobody tells what becomes of it
        raise
    return CodeSent(channel=chosen, address=masked(address), wait_seconds=int(BETWEEN_CODES.total_seconds()))


def _look(tx: Connection, act: Act, session_token: str) -> tuple[SignerSession, AgreementView]:
    session = require_session(tx, session_token, act.now)
    row = session.row
    asking = signer_principal(row.agreement_id, row.signer_id, session.institution_id)
    return session, load_agreement(tx, asking, row.agreement_id, Action.CEREMONY_STEP)


def _address(person: Person | None, senders: Handing, wanted: Channel | None) -> tuple[Channel, str]:
    known = {Channel.SMS: person.phone if person else None, Channel.EMAIL: person.email if person else None}
    for channel, address in known.items():
        if address is not None and senders.offers(channel) and wanted in (None, channel):
            return channel, address
    raise Conflict("code.no-channel", "no code can be sent by this way; choose another, or ask the lender")


def _keep(tx: Connection, row: CodeRow, now: datetime) -> None:
    lock_session(tx, row.session_id)
    earlier = codes_sent(codes_of_signer(tx, row.agreement_id, row.signer_id))
    check_may_send([code for code in earlier if now - code.made_at < _REMEMBERED], now)
    insert_code(tx, row)


def _note(stores: Stores, code_id: str, error: LedgerError | None) -> None:
    stores.database.write(lambda tx: note_code_delivery(tx, code_id, Delivery.FAILED if error else Delivery.SENT))
