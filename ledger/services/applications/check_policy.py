"""Look at a policy before it is proposed: every gap and overlap at once, each with an example. Nothing is stored."""

from ledger.core.applications.policy import Policy
from ledger.core.applications.policy_check import Defect, Places, find_defects
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act


def check_policy(act: Act, policy: Policy, places: Places) -> list[Defect]:
    """Return the defects of a policy; raise NotAllowed, InvalidInput("policy.too-large" | "policy.role" | "policy.unchecked")."""
    require(act.principal, Action.POLICY_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return find_defects(policy, places)
