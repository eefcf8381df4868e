"""Void an agreement that is not signed by all: one officer while nobody signed, two once somebody did (DESIGN section 5)."""

from ledger.core.agreements.ceremony import move
from ledger.core.agreements.states import Move, State
from ledger.core.log.permissions import Action
from ledger.errors import Conflict
from ledger.services.agreements.acting import Doing, perform
from ledger.services.agreements.ending import check_reason
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.standing import ceremony_of
from ledger.services.context import Act, Stores, Written
from ledger.services.recording import record
from ledger.storage.ceremony import VoidProposalRow, insert_void_proposal, void_proposals_of
from ledger.storage.database import Connection


def void(stores: Stores, act: Act, agreement_id: str, reason: str) -> Written:
    """Queue `agreement.voided`; where somebody has signed, the first officer's call queues `agreement.void-proposed` instead.

    Raises InvalidInput("reason.malformed"), NotFound, NotAllowed, Conflict("agreement.wrong-state" when all have signed or it has
    ended; "void.second-person" when the proposer asks again).
    """

    def work(tx: Connection, doing: Doing) -> Written:
        checked = check_reason(reason)
        if doing.view.state is State.SIGNING and not _is_seconded(tx, act, agreement_id):
            return _propose(tx, stores, act, doing, checked)
        after = move(ceremony_of(doing.view), Move.VOIDED)
        recorded = record(tx, stores, act, doing.event(Move.VOIDED, {"reason": checked}))
        move_state(tx, doing.view, after.state, recorded.entry_id)
        return recorded.written(agreement_id)

    return perform(stores, act, agreement_id, Action.AGREEMENT_VOID, work)


def _is_seconded(tx: Connection, act: Act, agreement_id: str) -> bool:
    """Say whether another person proposed it before; raise Conflict("void.second-person") when only this one did."""
    proposers = {row.proposer_id for row in void_proposals_of(tx, agreement_id)}
    if proposers and proposers <= {act.principal.id}:
        raise Conflict("void.second-person", "a party has signed: a second officer has to confirm what you proposed")
    return bool(proposers)


def _propose(tx: Connection, stores: Stores, act: Act, doing: Doing, reason: str) -> Written:
    move(ceremony_of(doing.view), Move.VOID_PROPOSED)
    private = {"reason": reason, "proposer": act.principal.id}
    recorded = record(tx, stores, act, doing.event(Move.VOID_PROPOSED, {**private}))
    insert_void_proposal(tx, VoidProposalRow(recorded.entry_id, doing.view.row.id, act.principal.id))
    return recorded.written(doing.view.row.id)
