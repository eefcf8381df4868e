"""List the policies of one's own institution, proposed and published, newest first."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage.policies import PolicyRow, policies


def list_policies(stores: Stores, act: Act) -> list[PolicyRow]:
    """Return the policies; raise NotAllowed."""
    require(act.principal, Action.POLICY_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: policies(tx, act.principal.institution_id))
