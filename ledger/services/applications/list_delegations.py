"""List the delegations that one has given or was given, in date or not, newest first."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage.policies import DelegationRow, delegations_of


def list_delegations(stores: Stores, act: Act) -> list[DelegationRow]:
    """Return the delegations of which the principal is holder or delegate; raise NotAllowed."""
    require(act.principal, Action.APPLICATION_DECIDE, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: delegations_of(tx, act.principal.id))
