"""Bring evidence that a condition of an approval is met; another person checks it (DESIGN section 6)."""

from dataclasses import dataclass

from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.services.applications.fulfilment import require_unmet_in
from ledger.services.applications.moving import Moving, perform
from ledger.services.applications.view import ApplicationView
from ledger.services.context import Act, Stores, Written
from ledger.storage.conditions import ReportRow, insert_report
from ledger.storage.database import Connection


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is brought: the hash of a document, and what it is in words."""

    sha256: bytes
    what: str


def report_condition(stores: Stores, act: Act, application_id: str, place: int, evidence: Evidence) -> Written:
    """Queue `application.condition-reported`.

    Raises NotFound, NotAllowed, Conflict("application.not-open" | "condition.fulfilled"), InvalidInput("condition.unknown").
    """

    def plan(tx: Connection, view: ApplicationView) -> Moving:
        require_unmet_in(tx, stores, view, place)
        row = (view.row.id, place, act.principal.id, format_instant(act.now))
        return Moving(
            type="condition-reported",
            move=None,
            facts={"condition": place},
            private={"reporter": act.principal.id, "evidence_sha256": evidence.sha256.hex(), "what": evidence.what},
            store=lambda tx, entry: insert_report(tx, ReportRow(entry, *row)),
        )

    return perform(stores, act, application_id, Action.APPLICATION_CREATE, plan)
