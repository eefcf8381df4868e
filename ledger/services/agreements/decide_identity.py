"""Say what checking the identity papers gave. The result is an entry, graded the lender's word (DESIGN section 5)."""

from dataclasses import dataclass

from ledger.core.agreements.ceremony import Step, move, take_step
from ledger.core.agreements.identity import Finding, Grade, Paper, Result
from ledger.core.agreements.notice_text import Notice
from ledger.core.agreements.states import Move, State
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform
from ledger.services.agreements.ending import check_reason
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.submissions import own_submission
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import InstitutionKey
from ledger.services.recording import record
from ledger.storage.ceremony import set_step
from ledger.storage.database import Connection
from ledger.storage.identity import SubmissionRow, decide_submission
from ledger.storage.notices import NoticeRow, queue_notices
from ledger.storage.sessions import prove_sessions_of


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Accepted, or refused with a reason."""

    accepted: bool
    reason: str | None = None


def decide_identity(stores: Stores, act: Act, submission_id: str, decision: Decision, key: InstitutionKey) -> Written:
    """Queue `agreement.identified`, signed by the institution, with the result and who checked; the person is told.

    Raises NotFound("identity.unknown"), NotAllowed, Conflict("identity.decided", or see ceremony.take_step),
    InvalidInput("reason.malformed") for a refusal without reason.
    """
    row = stores.database.read(lambda tx: own_submission(tx, act.principal, Action.IDENTITY_DECIDE, submission_id))
    reason = None if decision.accepted else check_reason(decision.reason or "")
    finding = Finding(
        signer_id=row.signer_id,
        result=Result.ACCEPTED if decision.accepted else Result.REFUSED,
        provider=row.provider,
        grade=Grade.LENDERS_WORD,
        paper=Paper(row.paper),
        papers_sha256=row.sha256,
        checked_by=act.principal.id,
        reason=reason,
    )

    def work(tx: Connection, doing: Doing) -> Written:
        return _write(tx, stores, act, _Plan(doing, row, finding, key))

    return perform(stores, act, row.agreement_id, Action.IDENTITY_DECIDE, work)


@dataclass(frozen=True)
class _Plan:
    doing: Doing
    row: SubmissionRow
    finding: Finding
    key: InstitutionKey


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    view, row, accepted = plan.doing.view, plan.row, plan.finding.result is Result.ACCEPTED
    before = ceremony_of(view)
    takes_step = accepted and view.state is not State.COMPLETE
    after = take_step(before, row.signer_id, Step.IDENTIFIED) if takes_step else move(before, Move.IDENTIFIED)
    event = plan.doing.event(Move.IDENTIFIED, plan.finding.to_json())
    recorded = record(tx, stores, act, event, plan.key.finish())
    decide_submission(tx, row.id, entry_id=recorded.entry_id, result=plan.finding.result)
    if takes_step and Step.IDENTIFIED not in before.seat(row.signer_id).done:
        set_step(tx, view.row.id, row.signer_id, "identified_entry", recorded.entry_id)
    if after.state is not view.state:
        move_state(tx, view, after.state, recorded.entry_id)
    if accepted:
        prove_sessions_of(tx, view.row.id, row.signer_id, format_instant(act.now))
    _tell(tx, act, plan, recorded.entry_id)
    return recorded.written(view.row.id)


def _tell(tx: Connection, act: Act, plan: _Plan, entry_id: str) -> None:
    kind = Notice.IDENTITY_ACCEPTED if plan.finding.result is Result.ACCEPTED else Notice.IDENTITY_REFUSED
    at, view = format_instant(act.now), plan.doing.view
    notice = NoticeRow(act.new_id(), view.row.institution_id, view.row.id, plan.row.signer_id, kind, entry_id, at, at)
    queue_notices(tx, [notice])
