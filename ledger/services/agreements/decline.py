"""Decline to sign, with a reason: the agreement ends for everybody (DESIGN section 5)."""

from ledger.core.agreements.ceremony import move
from ledger.core.agreements.states import Move
from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform
from ledger.services.agreements.ending import check_reason
from ledger.services.agreements.moving import move_state
from ledger.services.agreements.standing import ceremony_of
from ledger.services.context import Act, Stores, Written
from ledger.services.recording import record
from ledger.storage.database import Connection


def decline(stores: Stores, act: Act, agreement_id: str, reason: str) -> Written:
    """Queue `agreement.declined` by the acting signer; whoever signed already cannot decline.

    Raises InvalidInput("reason.malformed"), Conflict("agreement.not-open" | "agreement.not-sent" | "signature.exists" |
    "signer.replaced"), NotAllowed.
    """

    def work(tx: Connection, doing: Doing) -> Written:
        checked = check_reason(reason)
        ceremony = ceremony_of(doing.view)
        after = move(ceremony, Move.DECLINED)
        ceremony.unsigned_seat(act.principal.id)
        private = {"signer": act.principal.id, "reason": checked}
        recorded = record(tx, stores, act, doing.event(Move.DECLINED, {**private}))
        move_state(tx, doing.view, after.state, recorded.entry_id)
        return recorded.written(agreement_id)

    return perform(stores, act, agreement_id, Action.AGREEMENT_DECLINE, work)
