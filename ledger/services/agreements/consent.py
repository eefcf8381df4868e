"""Take a signer's consent to sign electronically, proved by the code printed inside the PDF (DESIGN section 5)."""

from datetime import datetime

from ledger.core.agreements.ceremony import Step
from ledger.core.agreements.consent import CONSENT_SHA256
from ledger.core.agreements.reading import check_told_code
from ledger.core.log.permissions import Action
from ledger.errors import LedgerError
from ledger.services.agreements.acting import Doing, perform, record_key
from ledger.services.agreements.browser import require_session
from ledger.services.agreements.standing import open_field
from ledger.services.agreements.stepping import record_step
from ledger.services.agreements.view import load_agreement
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection
from ledger.storage.sessions import count_failure, lock_session
from signing.canonical import Json


def consent(stores: Stores, act: Act, agreement_id: str, session_token: str, reading_code: str | None) -> Written:
    """Queue `agreement.consented`: which text (by hash), and whether opening the PDF was proved by its code.

    An agreement whose PDF has no code takes None. Wrong codes are counted for this browser. Raises NotAllowed
    ("reading-code.wrong" | "reading-code.locked" | "session.ended"), Conflict (see ceremony.take_step).
    """
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.CEREMONY_STEP))
    printed = open_field(record_key(stores, view).key, view, "reading_code")
    if isinstance(printed, str):
        refusal = stores.database.write(lambda tx: _try(tx, session_token, act.now, (printed, reading_code or "")))
        if refusal is not None:
            raise refusal
    facts: dict[str, Json] = {"text_sha256": CONSENT_SHA256.hex(), "access_proved": isinstance(printed, str)}

    def work(tx: Connection, doing: Doing) -> Written:
        return record_step(tx, stores, act, doing, (Step.CONSENTED, facts))

    return perform(stores, act, agreement_id, Action.CEREMONY_STEP, work)


def _try(tx: Connection, session_token: str, now: datetime, codes: tuple[str, str]) -> LedgerError | None:
    """Return the refusal rather than raise it: a failure is counted, and what is raised undoes its transaction."""
    session = require_session(tx, session_token, now)
    locked = lock_session(tx, session.row.id) or session.row
    try:
        check_told_code(*codes, locked.failures)
    except LedgerError as refusal:
        count_failure(tx, locked.id)
        return refusal
    return None
