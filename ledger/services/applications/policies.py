"""Which policy holds, and what the policy of an application says."""

from functools import lru_cache

from ledger.core.applications.policy import Path, Policy, parse_policy
from ledger.errors import Conflict, NotFound, VerificationFailed
from ledger.storage.database import Connection
from ledger.storage.policies import PolicyRow, policy_by_id, published_at
from signing.canonical import decode

KEPT = 64  # policies read lately; each holds for many applications


@lru_cache(maxsize=KEPT)
def read_content(content: str) -> Policy:
    """Return the policy of a row's JSON, read once for each text: the key is what it says, so a changed row is another one."""
    return parse_policy(decode(content.encode()))


def policy_in_force(tx: Connection, institution_id: str, branch: str, at: str) -> tuple[PolicyRow, Policy]:
    """Return the policy that holds for a branch at a time; raise Conflict("policy.none")."""
    for row in published_at(tx, institution_id, at):
        policy = read_content(row.content)
        if "*" in policy.branches or branch in policy.branches:
            return row, policy
    raise Conflict("policy.none", "no policy is in force for this branch; have one proposed and published first")


def path_of(policy: Policy, name: str) -> Path:
    """Return the path on which a state says that an application is; raise VerificationFailed("application.altered")."""
    path = policy.paths.get(name)
    if path is None:
        raise VerificationFailed(
            "application.altered",
            "this application is on a path that its policy does not have; the operator should run `tally audit`",
        )
    return path


def policy_of(tx: Connection, policy_id: str) -> tuple[PolicyRow, Policy]:
    """Return a policy by its id; raise NotFound("policy.unknown")."""
    row = policy_by_id(tx, policy_id)
    if row is None:
        raise NotFound("policy.unknown", "there is no such policy; list them with GET /v1/policies")
    return row, read_content(row.content)
