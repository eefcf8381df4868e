"""List the rule sets of one's own institution, proposed and published, newest first."""

from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage.rule_sets import RuleSetRow, rule_sets


def list_rule_sets(stores: Stores, act: Act) -> list[RuleSetRow]:
    """Return the rule sets; raise NotAllowed."""
    require(act.principal, Action.POLICY_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: rule_sets(tx, act.principal.institution_id))
