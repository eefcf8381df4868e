"""Seal what all have signed, one agreement a turn: begin, make the file, check it, record it (DESIGN section 5).

Promises: `complete` only with a sealed file that passed the strict rules and looks like the contract; every step can be repeated;
a worker that was killed leaves nothing but a held job that runs out; of two workers one records, what the other made is discarded.
No network inside a transaction. Leaves to others: when to take a turn (api.turns), renewing (renew_seal), the tools.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.core.agreements.ceremony import move
from ledger.core.agreements.sealed import next_attempt
from ledger.core.agreements.states import Move, State
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict, LedgerError
from ledger.services.agreements.acting import MACHINE_ROLE, Doing
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.sealed_record import Made, SealContext, check_made, record_sealed, store_made
from ledger.services.agreements.sealing_evidence import evidence_for_seal
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.stored_document import open_document
from ledger.services.agreements.view import AgreementView, view_of
from ledger.services.context import Act, Stores
from ledger.services.log.anchor_fact import anchor_fact
from ledger.services.recording import RecordKey, record
from ledger.storage import seals as rows
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject
from ledger.storage.logs import latest_checkpoint
from signing.errors import SigningError
from signing.pdf.seal import SealText, SealTools, seal

HOLD_SECONDS = 180.0  # a seal with slow authorities takes tens of seconds; after this, another worker may begin anew
AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class SealTurn:
    """Who seals, when and with what: `act_of` and `tools_of` are asked with the id of the institution whose seal it is.

    A first attempt waits up to `anchor_wait` for the signatures to be anchored, so that the file itself can prove it.
    """

    holder: str
    now: datetime
    anchor_wait: timedelta
    act_of: Callable[[str], Act]
    tools_of: Callable[[str], SealTools]


@dataclass(frozen=True)
class SealProgress:
    """What a turn did: the agreement it worked on, if any, and the code of what went wrong."""

    agreement_id: str | None = None
    code: str | None = None


def seal_next(stores: Stores, turn: SealTurn) -> SealProgress:
    """Begin what waits, then make one seal that is due; a failure is noted with its code and the time of the next attempt."""
    for agreement_id in stores.database.read(lambda tx: rows.signed_agreements(tx, State.SIGNED, limit=AT_ONCE)):
        _begin(stores, turn, agreement_id)
    taken = _take(stores, turn)
    if taken is None:
        return SealProgress()
    view, attempt = taken
    try:
        _seal(stores, turn, view, attempt)
    except (LedgerError, SigningError) as error:
        setback = rows.Setback(error.code, error.message[:300], format_instant(next_attempt(turn.now, attempt)))
        now = format_instant(turn.now)
        stores.database.write(lambda tx: rows.put_back_job(tx, view.row.id, attempt, setback, now))
        return SealProgress(view.row.id, error.code)
    return SealProgress(view.row.id)


def _begin(stores: Stores, turn: SealTurn, agreement_id: str) -> None:
    """Record that sealing began; nothing happens where another worker was first."""
    view = stores.database.read(lambda tx: view_of(tx, agreement_id))
    key = RecordKey(view.document.record_id, stores.record_keys.get(view.document.record_id))
    act, doing = turn.act_of(view.row.institution_id), Doing(view=view, record=key, role=MACHINE_ROLE)

    def write(tx: Connection) -> None:
        seen = view_of(tx, agreement_id)
        after = move(ceremony_of(seen), Move.SEALING)
        if seen.state is not State.SIGNED:
            return
        recorded = record(tx, stores, act, doing.event("sealing", {}))
        move_state(tx, seen, after.state, recorded.entry_id)
        rows.add_job(tx, agreement_id, rows.Wanted.SEAL, format_instant(turn.now))

    try:
        stores.database.write(write)
    except Conflict:
        return


def _take(stores: Stores, turn: SealTurn) -> tuple[AgreementView, int] | None:
    """Take the first due job whose signatures a checkpoint covers, so that the evidence can say so."""
    now, until = format_instant(turn.now), format_instant(turn.now + timedelta(seconds=HOLD_SECONDS))
    for job, view in stores.database.read(lambda tx: _due(tx, turn)):
        attempt = stores.database.write(
            lambda tx, job=job: rows.take_job(tx, job, holder=turn.holder, now=now, until=until)  # type: ignore[misc]  # bound per turn
        )
        if attempt is not None:
            return view, attempt
    return None


def _due(tx: Connection, turn: SealTurn) -> list[tuple[rows.JobRow, AgreementView]]:
    jobs = [job for job in rows.due_jobs(tx, format_instant(turn.now), limit=AT_ONCE) if job.wanted == rows.Wanted.SEAL]
    seen = [(job, view_of(tx, job.agreement_id)) for job in jobs]
    return [(job, view) for job, view in seen if view.state is State.SEALING and _is_ready(tx, turn, job, view)]


def _is_ready(tx: Connection, turn: SealTurn, job: rows.JobRow, view: AgreementView) -> bool:
    signed = {signature.entry_id for signature in view.signatures}
    entries = entries_of_subject(tx, view.log.id, "agreement", view.row.id)
    places = [entry.idx for entry in entries if entry.entry_id in signed]
    checkpoint = latest_checkpoint(tx, view.log.id)
    if len(places) < len(signed) or checkpoint is None or checkpoint.size <= max(places):
        return False
    waited = turn.now - datetime.fromisoformat(job.next_at)
    if job.attempts or waited >= turn.anchor_wait:
        return True
    anchor = anchor_fact(tx, view.log, max(places))
    return anchor is not None and anchor.proof is not None


def _seal(stores: Stores, turn: SealTurn, view: AgreementView, attempt: int) -> None:
    tools = turn.tools_of(view.row.institution_id)
    key = RecordKey(view.document.record_id, stores.record_keys.get(view.document.record_id))
    contract = open_document(stores, key.key, view.document)
    evidence = evidence_for_seal(stores, view, local_time_stamps=tools.is_local)
    made = Made(seal(contract, evidence, tools, _text(view, tools)), version=1, kind="sealed")
    act = turn.act_of(view.row.institution_id)
    check_made(made, view, tools)
    context = SealContext(stores=stores, act=act, view=view, key=key, attempt=attempt)
    row = store_made(context, made, is_local=tools.is_local)

    def write(tx: Connection) -> None:
        entry_id = record_sealed(tx, context, made, row)
        seen = view_of(tx, view.row.id)
        move_state(tx, seen, move(ceremony_of(seen), Move.SEALED).state, entry_id)

    stores.database.write(write)


def _text(view: AgreementView, tools: SealTools) -> SealText:
    """Return what a reader shows of the seal: how to find the contract in the file, and what its time stamps are worth."""
    document = view.document
    local = " Local test time stamp, not independent 本地测试时间戳，非独立." if tools.is_local else ""
    reason = (
        f"All parties signed the first {document.byte_length} bytes, SHA-256 {document.sha256.hex()} "
        f"全体签署人签署的是前 {document.byte_length} 字节.{local}"
    )
    return SealText(name=tools.name, reason=reason)
