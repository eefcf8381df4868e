"""Check the evidence for a condition of an approval: met, by another person than who brought it; the last one fulfils it (DESIGN 6)."""

from ledger.core.applications.conditions import require_checker
from ledger.core.applications.states import Move
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.services.applications.fulfilment import require_unmet_in
from ledger.services.applications.moving import Moving, perform
from ledger.services.applications.view import ApplicationView, open_content
from ledger.services.context import Act, Stores, Written
from ledger.storage.applications import FulfilledRow, insert_fulfilled
from ledger.storage.conditions import reports_of
from ledger.storage.database import Connection


def check_condition(stores: Stores, act: Act, application_id: str, place: int) -> Written:
    """Queue `application.condition-met`.

    Raises NotFound, NotAllowed ("condition.own"), Conflict("application.not-open" | "condition.fulfilled" | "condition.not-reported"),
    InvalidInput("condition.unknown").
    """

    def plan(tx: Connection, view: ApplicationView) -> Moving:
        met, count = require_unmet_in(tx, stores, view, place)
        own = view.own | {applicant.id for applicant in open_content(stores, view).applicants}
        reporters = {row.place: row.reporter_id for row in reports_of(tx, view.row.id)}
        require_checker(reporters, place, act.principal.id, own)
        row = (view.row.id, place)
        return Moving(
            type="condition-met",
            move=Move.FULFILLED if len({*met, place}) == count else None,
            facts={"condition": place},
            private={"checker": act.principal.id, "reporter": reporters[place]},
            store=lambda tx, entry: insert_fulfilled(tx, FulfilledRow(*row, entry, format_instant(act.now))),
        )

    return perform(stores, act, application_id, Action.APPLICATION_DECIDE, plan)
