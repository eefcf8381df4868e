"""Read one policy of one's own institution, proposed or published: what a second person looks at before publishing it."""

from ledger.core.applications.policy import Policy, parse_policy
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import NotFound
from ledger.services.context import Act, Stores
from ledger.storage.policies import policy_by_id
from signing.canonical import decode


def read_policy(stores: Stores, act: Act, policy_id: str) -> Policy:
    """Return the policy; raise NotAllowed, NotFound("policy.unknown")."""
    require(act.principal, Action.POLICY_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    row = stores.database.read(lambda tx: policy_by_id(tx, policy_id))
    if row is None or row.institution_id != act.principal.institution_id:
        raise NotFound("policy.unknown", "there is no such policy in your institution; list them with GET /v1/policies")
    return parse_policy(decode(row.content.encode()))
