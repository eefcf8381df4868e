"""Record data of a third party in its envelope: source, consent, hashes of request and answer, fetched at, valid until (DESIGN section 6)."""

from datetime import datetime

from ledger.core.applications.application import parse_third_party
from ledger.core.applications.requirements import MAX_CLOCK_AHEAD
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput
from ledger.services.applications.adding_evidence import NewEvidence, add_evidence
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier
from signing.canonical import Json


def add_third_party(stores: Stores, act: Act, application_id: str, told: Json) -> Written:
    """Queue `application.data-fetched`.

    Raises NotFound, NotAllowed, InvalidInput("application.invalid" | "evidence.time"), Conflict("application.not-open").
    """
    require(act.principal, Action.EVIDENCE_ADD, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    envelope = parse_third_party(told)
    fetched, until = datetime.fromisoformat(envelope.fetched_at), datetime.fromisoformat(envelope.valid_until)
    if fetched > act.now + MAX_CLOCK_AHEAD or until < fetched:
        raise InvalidInput(
            "evidence.time", "expected data fetched before now, and valid until a later time", field="fetched_at"
        )
    new = NewEvidence(
        type="application.data-fetched",
        kind="third-party",
        private={"third_party": envelope.to_json()},
        action=Action.EVIDENCE_ADD,
    )
    return add_evidence(stores, act, application_id, new)
