"""Confirm a browser by the code that was sent. From then on its session is the signer (DESIGN section 5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.core.agreements.ceremony import Step, take_step
from ledger.core.agreements.one_time_code import KeptCode, check_code, code_digest
from ledger.core.agreements.states import OPEN_FOR_SIGNATURE
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Principal
from ledger.errors import LedgerError, NotAllowed
from ledger.services.agreements.acting import Doing
from ledger.services.agreements.browser import require_session, signer_principal
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.standing import ceremony_of, signer_row
from ledger.services.agreements.view import load_agreement
from ledger.services.context import Act, Stores
from ledger.services.recording import RecordKey, record
from ledger.storage.ceremony import set_step
from ledger.storage.database import Connection
from ledger.storage.log import subject_head
from ledger.storage.sessions import (
    CodeRow,
    SessionRow,
    codes_of_signer,
    confirm_session,
    lock_session,
    note_code_failure,
    use_code,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """The signer whom this browser is from now on, and the entry where this was their first sight of the agreement."""

    principal: Principal
    entry_id: str | None


def confirm_code(stores: Stores, act: Act, session_token: str, code: str) -> Confirmed:
    """Confirm the session and queue `agreement.viewed` the first time; a code is good once, in its own browser.

    A wrong attempt is counted, whoever makes it. Raises NotAllowed("session.ended" | "code.wrong" | "code.locked"),
    Conflict("code.none" | "code.used" | "code.expired").
    """
    row = stores.database.read(lambda tx: require_session(tx, session_token, act.now)).row
    key = RecordKey(row.agreement_id, stores.record_keys.get(row.agreement_id))
    digest = code_digest(session_token, code[:64])
    outcome = stores.database.write(lambda tx: _attempt(tx, stores, act, _Attempt(session_token, digest, key)))
    if isinstance(outcome, LedgerError):
        raise outcome
    return outcome


@dataclass(frozen=True)
class _Attempt:
    session_token: str
    digest: bytes
    key: RecordKey


def _attempt(tx: Connection, stores: Stores, act: Act, attempt: _Attempt) -> Confirmed | LedgerError:
    """Return the outcome rather than raise it: a failure is counted, and what is raised undoes its transaction."""
    session = require_session(tx, attempt.session_token, act.now)
    lock_session(tx, session.row.id)
    codes = codes_of_signer(tx, session.row.agreement_id, session.row.signer_id)
    own = [code for code in codes if code.session_id == session.row.id]
    newest = own[-1] if own else None
    today = sum(code.failures for code in codes if act.now - datetime.fromisoformat(code.made_at) < _DAY)
    try:
        check_code(None if newest is None else _kept(newest), attempt.digest, failures_today=today, now=act.now)
    except LedgerError as refusal:
        if newest is not None and isinstance(refusal, NotAllowed):
            note_code_failure(tx, newest.id)
        return refusal
    assert newest is not None  # noqa: S101  # check_code refuses None
    use_code(tx, newest.id, format_instant(act.now))
    confirm_session(tx, session.row.id, format_instant(act.now))
    principal = signer_principal(session.row.agreement_id, session.row.signer_id, session.institution_id)
    return Confirmed(
        principal=principal, entry_id=_view(tx, stores, act, _Viewing(session.row, principal, attempt.key))
    )


def _kept(row: CodeRow) -> KeptCode:
    used_at = None if row.used_at is None else datetime.fromisoformat(row.used_at)
    made_at = datetime.fromisoformat(row.made_at)
    return KeptCode(made_at=made_at, digest=row.digest, failures=row.failures, used_at=used_at)


@dataclass(frozen=True)
class _Viewing:
    row: SessionRow
    principal: Principal
    key: RecordKey


def _view(tx: Connection, stores: Stores, act: Act, viewing: _Viewing) -> str | None:
    """Queue `agreement.viewed` when this person had not seen an agreement that is out for signature."""
    row, principal = viewing.row, viewing.principal
    log_view = load_agreement(tx, principal, row.agreement_id, Action.CEREMONY_STEP)
    subject_head(tx, log_view.log.id, "agreement", row.agreement_id, lock=True)
    view = load_agreement(tx, principal, row.agreement_id, Action.CEREMONY_STEP)
    ceremony = ceremony_of(view)
    seat = ceremony.seat(row.signer_id)
    if view.state not in OPEN_FOR_SIGNATURE or Step.VIEWED in seat.done or seat.is_signed:
        return None
    after = take_step(ceremony, row.signer_id, Step.VIEWED)
    doing = Doing(view=view, record=viewing.key, role=signer_row(view, row.signer_id).role)
    recorded = record(tx, stores, _as(act, principal), doing.event("viewed", {"signer": row.signer_id}))
    set_step(tx, row.agreement_id, row.signer_id, "viewed_entry", recorded.entry_id)
    if after.state is not view.state:
        move_state(tx, view, after.state, recorded.entry_id)
    return recorded.entry_id


def _as(act: Act, principal: Principal) -> Act:
    return Act(principal=principal, now=act.now, new_id=act.new_id, random=act.random, once=None)
