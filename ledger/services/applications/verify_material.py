"""Record that a material of an application was checked: by whom, against which source, with what result (DESIGN section 6)."""

from ledger.core.applications.evidence import parse_verification
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.applications.adding_evidence import NewEvidence, add_evidence
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier
from signing.canonical import Json


def verify_material(stores: Stores, act: Act, application_id: str, told: Json) -> Written:
    """Queue `application.verified`; raise NotFound, NotAllowed, InvalidInput("evidence.invalid"), Conflict("application.not-open")."""
    require(act.principal, Action.EVIDENCE_ADD, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    verification = parse_verification(told)
    new = NewEvidence(
        type="application.verified",
        kind="verification",
        private={"verification": verification.to_json()},
        action=Action.EVIDENCE_ADD,
    )
    return add_evidence(stores, act, application_id, new)
