"""Who held which role, which delegation and which policy at any place in the log: what a replay of decisions rests on.

Promises: built from entries alone, in the order of the log; a question names a place (index) or a time, and is answered as of then.
Leaves to others: reading the log and opening fields (services), judging decisions (replay). DESIGN section 6.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from ledger.core.applications.deadlines import WorkingTime
from ledger.core.applications.decide import BEFORE_CURRENCIES, Delegation
from ledger.core.applications.policy import Policy, parse_policy
from ledger.core.applications.rule_set import RuleSet, parse_rule_set
from ledger.core.log.directory import parse_calendar
from ledger.core.log.fields import Fields, string
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey
from signing.canonical import Json

_CODE = "trail.malformed"


@dataclass(frozen=True, kw_only=True)
class TrailEntry:
    """An entry as a replay sees it: its place, its plain facts, and the values of its opened fields (erased ones are missing)."""

    index: int
    id: str
    type: str
    kind: str
    subject: str
    at: datetime
    facts: Mapping[str, Json]
    values: Mapping[str, Json]
    n: int = 0  # its place among the entries of its subject, from 1
    leaf: bytes = b""
    closed: frozenset[str] = frozenset()  # fields that are committed to and do not open: erased, or altered
    signed_by: PublicKey | None = None  # under which its statement's signature was found to hold; None: not looked at


@dataclass(frozen=True, kw_only=True)
class PublishedPolicy:
    """A policy from its publication on; `approver` published what `author` had proposed."""

    id: str
    policy: Policy
    holds_from: datetime  # from its publication, or later where it says so
    index: int
    author: str
    approver: str

    @cached_property
    def sha256(self) -> bytes:
        """The policy's hash, made once: every decision under it is held against it."""
        return self.policy.sha256()


@dataclass(frozen=True, kw_only=True)
class PublishedRules:
    """A rule set from its publication on, and the key it signs with."""

    id: str
    rule_set: RuleSet
    holds_from: datetime
    index: int
    author: str
    approver: str
    key: PublicKey


@dataclass
class _Changes:
    """What held after each change, by the place of the change."""

    places: list[int] = field(default_factory=list)
    held: list[frozenset[str]] = field(default_factory=list)

    def add(self, index: int, now: frozenset[str]) -> None:
        self.places.append(index)
        self.held.append(now)

    def at(self, index: int) -> frozenset[str]:
        """Return what held just before the entry at `index`."""
        place = bisect_right(self.places, index - 1) - 1
        return self.held[place] if place >= 0 else frozenset()

    def last(self) -> frozenset[str]:
        return self.held[-1] if self.held else frozenset()


@dataclass
class Timeline:
    """Roles, delegations and policies, filled entry by entry with `note`."""

    roles: dict[str, _Changes] = field(default_factory=dict)
    departments: dict[str, _Changes] = field(default_factory=dict)
    delegations: dict[str, tuple[int, str, Delegation]] = field(default_factory=dict)  # id: index, delegate, what
    revoked: dict[str, int] = field(default_factory=dict)  # delegation id: index
    proposed: dict[str, tuple[str, Policy]] = field(default_factory=dict)  # policy id: author, policy
    policies: list[PublishedPolicy] = field(default_factory=list)
    proposed_rules: dict[str, tuple[str, RuleSet]] = field(default_factory=dict)  # rule set id: author, rule set
    rule_sets: list[PublishedRules] = field(default_factory=list)
    working_time: WorkingTime = field(default_factory=WorkingTime)

    def note(self, entry: TrailEntry) -> None:
        """Take in one entry; raise InvalidInput("trail.malformed") where its fields are not what its type has."""
        handler = _HANDLERS.get(entry.type)
        if handler is not None:
            handler(self, entry)

    def roles_at(self, person: str, index: int) -> frozenset[str]:
        """Return the roles that a person held just before the entry at `index`."""
        changes = self.roles.get(person)
        return changes.at(index) if changes else frozenset()

    def departments_at(self, person: str, index: int) -> frozenset[str]:
        """Return the departments that a person belonged to just before the entry at `index`."""
        changes = self.departments.get(person)
        return changes.at(index) if changes else frozenset()

    def delegations_at(self, person: str, index: int) -> tuple[Delegation, ...]:
        """Return what was delegated to a person before `index` and not taken back, by holders who still held the role."""
        return tuple(
            replace(delegation, departments=self.departments_at(delegation.holder, index))
            for name, (since, delegate, delegation) in self.delegations.items()
            if delegate == person
            and since < index
            and self.revoked.get(name, index) >= index
            and delegation.role in self.roles_at(delegation.holder, index)
        )

    def policy_at(self, branch: str | None, at: datetime, index: int) -> PublishedPolicy | None:
        """Return the policy in force for a branch (None: for any): published before `index`, the one that holds since latest at `at`."""
        fitting = [
            item
            for item in self.policies
            if item.index < index and item.holds_from <= at and (branch is None or covers(item.policy, branch))
        ]
        return max(fitting, key=lambda item: (item.holds_from, item.index), default=None)

    def rules_at(self, at: datetime, index: int) -> PublishedRules | None:
        """Return the rule set in force: published before `index`, the one that holds since latest at `at`."""
        fitting = [item for item in self.rule_sets if item.index < index and item.holds_from <= at]
        return max(fitting, key=lambda item: (item.holds_from, item.index), default=None)


def covers(policy: Policy, branch: str) -> bool:
    """Say whether a policy is for a branch."""
    return "*" in policy.branches or branch in policy.branches


def _role_granted(timeline: Timeline, entry: TrailEntry) -> None:
    changes = timeline.roles.setdefault(entry.subject, _Changes())
    changes.add(entry.index, changes.last() | {string(entry.facts.get("role"))})


def _role_revoked(timeline: Timeline, entry: TrailEntry) -> None:
    changes = timeline.roles.setdefault(entry.subject, _Changes())
    changes.add(entry.index, changes.last() - {string(entry.facts.get("role"))})


def _institution_opened(timeline: Timeline, entry: TrailEntry) -> None:
    timeline.working_time = WorkingTime(string(entry.facts.get("zone")), parse_calendar(entry.facts.get("calendar")))


def _department_joined(timeline: Timeline, entry: TrailEntry) -> None:
    changes = timeline.departments.setdefault(entry.subject, _Changes())
    changes.add(entry.index, changes.last() | {string(entry.facts.get("department"))})


def _department_left(timeline: Timeline, entry: TrailEntry) -> None:
    changes = timeline.departments.setdefault(entry.subject, _Changes())
    changes.add(entry.index, changes.last() - {string(entry.facts.get("department"))})


def _delegation_granted(timeline: Timeline, entry: TrailEntry) -> None:
    told = entry.values.get("delegation")
    named = {"currency": BEFORE_CURRENCIES, **told} if isinstance(told, dict) else told
    names = frozenset({"holder", "delegate", "role", "until", "limit_minor", "currency"})
    fields = Fields(named, names, where="delegation", code=_CODE)
    delegation = Delegation(
        fields.text("holder"),
        fields.text("role"),
        fields.parsed("until", lambda value: datetime.fromisoformat(string(value))),
        int(fields.text("limit_minor")),
        fields.text("currency"),
    )
    timeline.delegations[entry.subject] = (entry.index, fields.text("delegate"), delegation)


def _delegation_revoked(timeline: Timeline, entry: TrailEntry) -> None:
    timeline.revoked[entry.subject] = entry.index


def _policy_proposed(timeline: Timeline, entry: TrailEntry) -> None:
    policy = parse_policy(entry.values.get("policy"))
    if policy.sha256().hex() != entry.facts.get("policy_sha256"):
        raise InvalidInput(_CODE, "policy: expected the policy of the recorded hash", field="policy")
    timeline.proposed[entry.subject] = (string(entry.values.get("author")), policy)


def _policy_published(timeline: Timeline, entry: TrailEntry) -> None:
    if entry.subject not in timeline.proposed:
        raise InvalidInput(_CODE, "policy: expected a proposal before its publication", field="policy")
    author, policy = timeline.proposed[entry.subject]
    timeline.policies.append(
        PublishedPolicy(
            id=entry.subject,
            policy=policy,
            holds_from=max(entry.at, datetime.fromisoformat(string(entry.facts.get("valid_from")))),
            index=entry.index,
            author=author,
            approver=string(entry.values.get("approver")),
        )
    )


def _rules_proposed(timeline: Timeline, entry: TrailEntry) -> None:
    rule_set = parse_rule_set(entry.values.get("rule_set"))
    if rule_set.sha256().hex() != entry.facts.get("rule_set_sha256"):
        raise InvalidInput(_CODE, "rule_set: expected the rule set of the recorded hash", field="rule_set")
    timeline.proposed_rules[entry.subject] = (string(entry.values.get("author")), rule_set)


def _rules_published(timeline: Timeline, entry: TrailEntry) -> None:
    if entry.subject not in timeline.proposed_rules:
        raise InvalidInput(_CODE, "rule_set: expected a proposal before its publication", field="rule_set")
    author, rule_set = timeline.proposed_rules[entry.subject]
    timeline.rule_sets.append(
        PublishedRules(
            id=entry.subject,
            rule_set=rule_set,
            holds_from=max(entry.at, datetime.fromisoformat(string(entry.facts.get("valid_from")))),
            index=entry.index,
            author=author,
            approver=string(entry.values.get("approver")),
            key=PublicKey.from_json(entry.facts.get("key")),
        )
    )


_HANDLERS = {
    "institution.opened": _institution_opened,
    "role.granted": _role_granted,
    "role.revoked": _role_revoked,
    "department.joined": _department_joined,
    "department.left": _department_left,
    "delegation.granted": _delegation_granted,
    "delegation.revoked": _delegation_revoked,
    "policy.proposed": _policy_proposed,
    "policy.published": _policy_published,
    "ruleset.proposed": _rules_proposed,
    "ruleset.published": _rules_published,
}
