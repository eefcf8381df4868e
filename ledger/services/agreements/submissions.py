"""Identity papers of one's own institution, for the services that work on them."""

from ledger.core.log.permissions import Action, Grade, Principal, Resource, require
from ledger.errors import NotFound
from ledger.storage.database import Connection
from ledger.storage.identity import SubmissionRow, submission_by_id


def own_submission(tx: Connection, principal: Principal, action: Action, submission_id: str) -> SubmissionRow:
    """Return the submission; raise NotAllowed, NotFound("identity.unknown") when there is none in the principal's institution."""
    require(principal, action, Resource(principal.institution_id, Grade.PERSONAL))
    row = submission_by_id(tx, submission_id)
    if row is None or row.institution_id != principal.institution_id:
        raise NotFound("identity.unknown", "there are no such papers in your institution; list those that wait")
    return row
