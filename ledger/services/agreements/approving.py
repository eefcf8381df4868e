"""The approval that an agreement is sent on, for the services that send: found in the record, held against the contract.

Promises: where the institution has a policy in force nothing is sent without an approved application, and each approval carries
one agreement at a time. Leaves the rules to `core.agreements.approval`, and the deciding to the applications wing.
"""

from ledger.core.agreements.approval import Approval, check_approval
from ledger.core.agreements.states import ENDED, Move, State, after
from ledger.core.applications.states import State as ApplicationState
from ledger.core.log.directory import format_instant
from ledger.errors import Conflict, NotAllowed, NotFound
from ledger.services.agreements.acting import Doing
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.view import AgreementView, open_particulars
from ledger.services.applications.view import KIND, open_content, read_view
from ledger.services.context import Act, Stores
from ledger.services.recording import Recorded, record
from ledger.storage import agreements as rows
from ledger.storage import applications
from ledger.storage.ceremony import SubmittedRow, insert_submitted, submissions_of, submitted_of
from ledger.storage.database import Connection
from ledger.storage.log import subject_head
from ledger.storage.policies import published_at

_NOT_OUT = ENDED | {State.DRAFT, State.APPROVING}


def record_submission(tx: Connection, stores: Stores, act: Act, doing: Doing, name: str) -> Recorded:
    """Queue `agreement.submitted`: from now on this agreement waits for that application (by id or number) to be approved.

    Raises NotFound("application.unknown") when the institution has none of this name, Conflict("agreement.wrong-state").
    """
    view = doing.view
    application = applications.application_named(tx, view.row.institution_id, name)
    if application is None:
        raise NotFound("application.unknown", "there is no such application in your institution; check its number")
    state = after(view.state, Move.SUBMITTED)
    recorded = record(tx, stores, act, doing.event("submitted", {"application": application.id}))
    insert_submitted(tx, SubmittedRow(view.row.id, application.id, recorded.entry_id))
    move_state(tx, view, state, recorded.entry_id)
    return recorded


def require_approval(tx: Connection, stores: Stores, act: Act, view: AgreementView) -> Approval | None:
    """Return the approval that this agreement may be sent on; None where its institution has no policy in force.

    Raises NotAllowed("agreement.needs-approval" | "agreement.other-terms" | "agreement.other-amount"),
    Conflict("agreement.not-approved" | "agreement.approval-used").
    """
    submitted = submitted_of(tx, view.row.id)
    if submitted is None:
        if published_at(tx, view.row.institution_id, format_instant(act.now)):
            raise NotAllowed(
                "agreement.needs-approval",
                "a policy is in force, so this contract may be sent only on an approved application: submit it for one first",
            )
        return None
    # Two agreements that ask for one approval at the same instant come one after another.
    subject_head(tx, view.log.id, KIND, submitted.application_id, lock=True)
    approval = _approval_of(tx, stores, submitted.application_id)
    check_approval(open_particulars(stores, view).terms, approval)
    _require_unused(tx, view, approval)
    return approval


def _approval_of(tx: Connection, stores: Stores, application_id: str) -> Approval:
    row = applications.application_by_id(tx, application_id)
    if row is None:
        raise NotFound(
            "application.unknown", "the application of this agreement is gone; the operator should run `tally audit`"
        )
    application = read_view(tx, row)
    if application.state.state != ApplicationState.APPROVED:
        raise Conflict(
            "agreement.not-approved",
            f"application {row.number} is {application.state.state}; the contract may be sent once it is approved",
        )
    content = open_content(stores, application)
    return Approval(
        application=row.id,
        entry=application.state.changed_entry,
        content_sha256=content.sha256(),
        terms_sha256=content.terms_sha256,
        currency=content.currency,
        amount=content.amount,
    )


def _require_unused(tx: Connection, view: AgreementView, approval: Approval) -> None:
    """Raise Conflict("agreement.approval-used") when another agreement was sent on this approval and has not come to nothing."""
    others = {row.agreement_id for row in submissions_of(tx, approval.application)} - {view.row.id}
    for other in sorted(others):
        state = rows.state_of(tx, other)
        if state is not None and State(state.state) not in _NOT_OUT:
            raise Conflict(
                "agreement.approval-used",
                f"another contract ({other}) was sent on this approval; void that one first, or apply anew",
            )
