"""Rows of policies and delegations.

Promises: a policy is proposed once and published once, by whom is in the entries; a delegation is taken back once.
Leaves what they mean to `core.applications`. DESIGN 6.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, update

from ledger.errors import Conflict
from ledger.storage.forms import Instant
from ledger.storage.rows import changed, fetch_all, find_all, find_one, insert_new, page_size, select_rows, values_of
from ledger.storage.tables import applications as table


@dataclass(frozen=True)
class PolicyRow:
    id: str
    institution_id: str
    name: str
    sha256: bytes
    content: str
    valid_from: str
    author_id: str
    proposed_entry: str
    published_entry: str | None = None
    published_at: Instant | None = None

    @property
    def holds_from(self) -> str | None:
        """When it holds: from its publication, or later where it says so; None while it is only proposed."""
        return None if self.published_at is None else max(self.valid_from, self.published_at)


@dataclass(frozen=True)
class DelegationRow:
    id: str
    institution_id: str
    holder_id: str
    delegate_id: str
    role: str
    until: Instant
    limit_minor: str
    currency: str
    granted_entry: str
    revoked_entry: str | None = None


def insert_policy(tx: Connection, row: PolicyRow) -> None:
    """Store a proposed policy; Conflict("policy.exists") when its id is taken."""
    if not insert_new(tx, table.policy, values_of(row)):
        raise Conflict("policy.exists", "expected a new policy, got one whose id is taken")


def policy_by_id(tx: Connection, policy_id: str) -> PolicyRow | None:
    return find_one(tx, PolicyRow, table.policy, id=policy_id)


def policies(tx: Connection, institution_id: str, *, limit: int = 200) -> list[PolicyRow]:
    """Return the institution's policies, proposed and published, newest first."""
    statement = select_rows(PolicyRow, table.policy).where(table.policy.c.institution_id == institution_id)
    return fetch_all(tx, PolicyRow, statement.order_by(table.policy.c.id.desc()).limit(page_size(limit)))


def published_at(tx: Connection, institution_id: str, at: str) -> list[PolicyRow]:
    """Return the published policies that hold at `at`, the one that holds since latest first."""
    rows = table.policy
    statement = select_rows(PolicyRow, rows).where(
        rows.c.institution_id == institution_id, rows.c.published_at <= at, rows.c.valid_from <= at
    )
    found = fetch_all(tx, PolicyRow, statement)
    return sorted(found, key=lambda row: (row.holds_from or "", row.published_entry or ""), reverse=True)


def publish_policy(tx: Connection, policy_id: str, *, entry_id: str, at: str) -> None:
    """Note the publication; Conflict("policy.published") when it was published before."""
    open_row = (table.policy.c.id == policy_id) & table.policy.c.published_entry.is_(None)
    if not changed(tx, update(table.policy).where(open_row).values(published_entry=entry_id, published_at=at)):
        raise Conflict("policy.published", "this policy is published already; propose a new version to change it")


def insert_delegation(tx: Connection, row: DelegationRow) -> None:
    insert_new(tx, table.delegation, values_of(row))


def delegation_by_id(tx: Connection, delegation_id: str) -> DelegationRow | None:
    return find_one(tx, DelegationRow, table.delegation, id=delegation_id)


def delegations_to(tx: Connection, delegate_id: str) -> list[DelegationRow]:
    """Return the delegations to a person that were not taken back; whether they are in date is judged by the caller."""
    rows = find_all(tx, DelegationRow, table.delegation, "id", delegate_id=delegate_id)
    return [row for row in rows if row.revoked_entry is None]


def delegates_of(tx: Connection, holder_id: str, role: str) -> list[DelegationRow]:
    """Return the delegations of a role that a person gave and did not take back; whether they are in date is judged by the caller."""
    rows = find_all(tx, DelegationRow, table.delegation, "id", holder_id=holder_id, role=role)
    return [row for row in rows if row.revoked_entry is None]


def delegations_of(tx: Connection, person_id: str, *, limit: int = 200) -> list[DelegationRow]:
    """Return the delegations that a person has given or was given, newest first."""
    rows = table.delegation
    statement = select_rows(DelegationRow, rows).where(
        (rows.c.holder_id == person_id) | (rows.c.delegate_id == person_id)
    )
    return fetch_all(tx, DelegationRow, statement.order_by(rows.c.id.desc()).limit(page_size(limit)))


def revoke_delegation(tx: Connection, delegation_id: str, *, entry_id: str) -> None:
    """Take a delegation back; Conflict("delegation.not-active") when it was taken back before."""
    active = (table.delegation.c.id == delegation_id) & table.delegation.c.revoked_entry.is_(None)
    if not changed(tx, update(table.delegation).where(active).values(revoked_entry=entry_id)):
        raise Conflict("delegation.not-active", "expected an active delegation, got one that was taken back")
