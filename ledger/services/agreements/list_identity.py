"""List the identity papers that wait to be checked."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage.identity import SubmissionRow, undecided_submissions


def list_identity(stores: Stores, act: Act, *, after: str = "", limit: int = 100) -> list[SubmissionRow]:
    """Return a page of undecided submissions of one's own institution; raise NotAllowed."""
    require(act.principal, Action.IDENTITY_READ, Resource(act.principal.institution_id, Grade.PERSONAL))
    institution_id = act.principal.institution_id
    return stores.database.read(lambda tx: undecided_submissions(tx, institution_id, after=after, limit=limit))
