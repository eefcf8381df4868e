"""Renew archive time stamps before the certificates behind them end: a new version of the sealed file, recorded (DESIGN section 5).

Promises: the version before stays the exact beginning of the new one; the same checks, the same rights of one worker, as sealing.
"""

from datetime import timedelta

from ledger.core.agreements.ceremony import move
from ledger.core.agreements.sealed import next_attempt
from ledger.core.agreements.states import Move
from ledger.core.log.directory import format_instant
from ledger.errors import LedgerError, VerificationFailed
from ledger.services.agreements.seal import AT_ONCE, HOLD_SECONDS, SealProgress, SealTurn
from ledger.services.agreements.sealed_record import Made, SealContext, check_made, record_sealed, store_made
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.stored_document import open_document
from ledger.services.agreements.view import view_of
from ledger.services.context import Stores
from ledger.services.recording import RecordKey
from ledger.storage import seals as rows
from ledger.storage.agreements import document_by_id
from ledger.storage.database import Connection
from signing.errors import SigningError
from signing.pdf.seal import renew


def renew_next(stores: Stores, turn: SealTurn, *, days_ahead: int) -> SealProgress:
    """Renew one sealed file whose newest time stamp rests on a certificate that ends within `days_ahead` days."""
    now, before = format_instant(turn.now), format_instant(turn.now + timedelta(days=days_ahead))
    ending = stores.database.read(lambda tx: rows.ending_versions(tx, before, limit=AT_ONCE))
    if ending:
        stores.database.write(lambda tx: _ask(tx, [row.agreement_id for row in ending], now))
    taken = stores.database.write(lambda tx: _take(tx, turn, now))
    if taken is None:
        return SealProgress()
    job, attempt = taken
    try:
        _renew(stores, turn, job.agreement_id, attempt)
    except (LedgerError, SigningError) as error:
        setback = rows.Setback(error.code, error.message[:300], format_instant(next_attempt(turn.now, attempt)))
        stores.database.write(lambda tx: rows.put_back_job(tx, job.agreement_id, attempt, setback, now))
        return SealProgress(job.agreement_id, error.code)
    return SealProgress(job.agreement_id)


def _ask(tx: Connection, agreement_ids: list[str], now: str) -> None:
    for agreement_id in agreement_ids:
        rows.add_job(tx, agreement_id, rows.Wanted.RENEWAL, now)


def _take(tx: Connection, turn: SealTurn, now: str) -> tuple[rows.JobRow, int] | None:
    until = format_instant(turn.now + timedelta(seconds=HOLD_SECONDS))
    for job in rows.due_jobs(tx, now, limit=AT_ONCE):
        if job.wanted == rows.Wanted.RENEWAL:
            attempt = rows.take_job(tx, job, holder=turn.holder, now=now, until=until)
            if attempt is not None:
                return job, attempt
    return None


def _renew(stores: Stores, turn: SealTurn, agreement_id: str, attempt: int) -> None:
    view = stores.database.read(lambda tx: view_of(tx, agreement_id))
    newest = stores.database.read(lambda tx: rows.versions_of(tx, agreement_id))[-1]
    document = stores.database.read(lambda tx: document_by_id(tx, newest.document_id))
    if document is None:
        raise VerificationFailed("agreement.incomplete", "the row of the sealed file is missing: run `tally audit`")
    key = RecordKey(view.document.record_id, stores.record_keys.get(view.document.record_id))
    tools, version = turn.tools_of(view.row.institution_id), newest.version + 1
    renewed = renew(open_document(stores, key.key, document), tools, version=version)
    made = Made(renewed, version=version, kind="seal-renewed")
    check_made(made, view, tools)
    context = SealContext(stores=stores, act=turn.act_of(view.row.institution_id), view=view, key=key, attempt=attempt)
    kept = store_made(context, made, is_local=tools.is_local)

    def write(tx: Connection) -> None:
        move(ceremony_of(view_of(tx, agreement_id)), Move.SEAL_RENEWED)
        record_sealed(tx, context, made, kept)

    stores.database.write(write)
