"""Take a counter-offer for the applicant: a new version with exactly the terms that were offered, to be decided anew (DESIGN section 6)."""

from dataclasses import dataclass

from ledger.core.applications.decide import Verdict
from ledger.core.applications.offers import Offer, accept_offer, read_offer
from ledger.core.applications.states import Move, State, after
from ledger.core.log.permissions import Action
from ledger.errors import VerificationFailed
from ledger.services.applications.decided import said_in
from ledger.services.applications.moving import Moving, perform
from ledger.services.applications.versions import insert_version, started_anew
from ledger.services.applications.view import ApplicationView, open_content
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection
from signing.decision import DecisionStatement


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """The hash of the terms as they are after the offer, and of what shows that the applicant takes them."""

    terms_sha256: bytes
    evidence_sha256: bytes


def accept_counter(stores: Stores, act: Act, application_id: str, acceptance: Acceptance) -> Written:
    """Queue `application.accepted` and store the new version. Raises NotFound, NotAllowed, Conflict("application.not-open")."""

    def plan(tx: Connection, view: ApplicationView) -> Moving:
        after(State(view.state.state), Move.ACCEPTED)  # before anything is read
        new = accept_offer(open_content(stores, view), _offer(tx, stores, view), acceptance.terms_sha256)
        return Moving(
            type="accepted",
            move=Move.ACCEPTED,
            private={
                "application": new.to_json(),
                "author": act.principal.id,
                "evidence_sha256": acceptance.evidence_sha256.hex(),
            },
            changes=started_anew(new),
            store=lambda tx, entry: insert_version(tx, act, view, new, entry),
        )

    return perform(stores, act, application_id, Action.APPLICATION_CREATE, plan)


def _offer(tx: Connection, stores: Stores, view: ApplicationView) -> Offer:
    """Return what the newest decision offered: it made the application countered."""
    statement = said_in(tx, stores, view.decisions[-1]).words if view.decisions else None
    if not isinstance(statement, DecisionStatement) or statement.verdict != Verdict.COUNTER:
        raise VerificationFailed(
            "application.altered", "no decision offers anything; the operator should run `tally audit`"
        )
    return read_offer(statement.conditions)
