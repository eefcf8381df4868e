"""A log as a replay of approvals sees it, written entry by entry with plain values: people, their keys, a policy, loans."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from ledger.core.applications.application import Application, BlacklistCheck
from ledger.core.applications.automated import Acting, Submitted, decide_by_rules
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.policy import Policy
from ledger.core.applications.replay import Replay, replay_trail
from ledger.core.applications.replay_case import Checked
from ledger.core.applications.replay_rows import check_decision_row, check_state_row
from ledger.core.applications.replay_whole import REQUIRED
from ledger.core.applications.rule_set import RuleSet
from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.directory import format_instant
from ledger.core.log.keys import Enrolment, KeyPen, ProofGrade, Purpose, facts_of
from signing.canonical import Json
from signing.decision import DecisionStatement
from signing.envelope import Signature
from signing.keys.signer import Ed25519Signer
from signing.statement_parts import Head, SeenCheckpoint
from support.applications import application, check
from support.decisions import NOW
from support.policies import unchecked

KEYS = {
    name: Ed25519Signer(bytes([number]) * 32, purpose="decide")
    for number, name in enumerate(("otto", "olga", "rita", "hans", "m1", "m2", "m3", "m4", "m5"), 1)
}
LOAN = "a-1"


def enrolment(name: str, purpose: Purpose = Purpose.SIGN) -> dict[str, Json]:
    return facts_of(
        Enrolment(
            key=KEYS[name].public,
            purpose=purpose,
            pen=KeyPen.ORGANISATION_KEY,
            provider="desk",
            grade=ProofGrade.LENDERS_WORD,
        )
    )


@dataclass
class Trail:
    """Entries in the order of the log."""

    entries: list[TrailEntry] = field(default_factory=list)
    now: datetime = NOW
    policy: Policy = DEFAULT_POLICY
    decision_rows: list[tuple[int, dict[str, object] | None]] = field(default_factory=list)
    state_rows: list[dict[str, object]] = field(default_factory=list)
    judge_check: Callable[[Checked], str | None] | None = None
    content: Application = field(default_factory=lambda: application(amount=10_000_000))
    checks: tuple[BlacklistCheck, ...] = (check(),)  # handed in with each submission

    def add(self, kind: str, subject: str, facts: dict[str, Json] | None = None, **values: Json) -> None:
        """Add one entry of type `kind`."""
        index = len(self.entries)
        entry = TrailEntry(
            index=index,
            id=f"e-{index}",
            type=kind,
            kind=kind.partition(".")[0],
            subject=subject,
            at=self.now,
            facts=facts or {},
            values=values,
            n=sum(entry.subject == subject for entry in self.entries) + 1,
            leaf=sha256(f"{subject} {index}".encode()).digest(),
            closed=REQUIRED.get(kind, frozenset()) - values.keys(),  # what a test does not tell was erased
        )
        self.entries.append(entry)

    def head(self, subject: str = LOAN) -> Head:
        """Return the newest entry of a subject, as a signer sees it."""
        newest = next((entry for entry in reversed(self.entries) if entry.subject == subject), None)
        return Head(n=newest.n, leaf=newest.leaf) if newest else Head(n=1, leaf=bytes(32))

    def hire(self, name: str, *roles: str) -> None:
        for role in roles:
            self.add("role.granted", name, {"role": role})
        self.add("key.enrolled", KEYS[name].public.key_id, enrolment(name), owner={"kind": "person", "id": name})

    def enforce(self, policy_id: str = "p-1", policy: Policy = DEFAULT_POLICY) -> None:
        facts: dict[str, Json] = {"policy_sha256": policy.sha256().hex(), "valid_from": format_instant(self.now)}
        self.add("policy.proposed", policy_id, facts, policy=policy.to_json(), author="rita")
        self.add("policy.published", policy_id, facts, approver="admin")

    def automate(self, rules_id: str = "r-1", rule_set: RuleSet = DEFAULT_RULES, approver: str = "admin") -> None:
        """Put a rule set into force that signs with Hans's key."""
        facts: dict[str, Json] = {"rule_set_sha256": rule_set.sha256().hex(), "valid_from": format_instant(self.now)}
        self.add("ruleset.proposed", rules_id, facts, rule_set=rule_set.to_json(), author="rita")
        published: dict[str, Json] = {**facts, "key": KEYS["hans"].public.to_json()}
        self.add("ruleset.published", rules_id, published, approver=approver)

    def rule(self, moved: str | None, *, rule_set: RuleSet = DEFAULT_RULES, signer: str = "hans") -> None:
        """Record what a rule set decides on the newest submission, after which the entry says `moved`."""
        submitted = Submitted(
            application=LOAN,
            submission=self.entries[-1].id,
            content=self.content,
            group_amount=self.content.amount,
            policy_sha256=DEFAULT_POLICY.sha256(),
        )
        key = KEYS[signer]
        decided = decide_by_rules(Acting(id="r-1", rule_set=rule_set, key_id=KEYS["hans"].public.key_id), submitted)
        data = decided.to_bytes()
        signature = Signature(key.public.suite, key.public.key_id, key.sign(data)).to_json()
        values: dict[str, Json] = {"automated": data.decode(), "inputs": decided.inputs.to_json(), "moved": moved}
        self.add("application.decided", LOAN, {"rule_set": "r-1"}, signature=signature, **values)

    def create(self, loan: str = LOAN) -> None:
        self.add("application.created", loan, application=self.content.to_json(), author="otto")

    def submit(self, loan: str = LOAN, **changes: Json) -> None:
        submission: dict[str, Json] = {
            "policy": "p-1",
            "path": "two",
            "group": {"amount": {"currency": "CNY", "minor": str(self.content.amount)}},
        }
        self.attach(loan)
        self.add("application.submitted", loan, submission={**submission, **changes})

    def attach(self, loan: str = LOAN) -> None:
        """Hand in what the application lists, and the checks of its applicants."""
        for item in self.content.attachments:
            self.add("application.attached", loan, attachment={"sha256": item.sha256.hex()}, author="otto")
        for one in self.checks:
            self.add("application.checked", loan, check=one.to_json(), author="otto")

    def delegate(self, name: str, *, until: timedelta, limit: int, currency: str | None = "CNY") -> None:
        """Let `name` decide in Olga's place; a limit of old had no currency."""
        self.add(
            "delegation.granted",
            f"d-{name}",
            delegation={
                "holder": "olga",
                "delegate": name,
                "role": "officer",
                "until": (self.now + until).isoformat(),
                "limit_minor": str(limit),
                **({"currency": currency} if currency else {}),
            },
        )

    def escalate(self, step: int = 0, **more: Json) -> None:
        self.add("application.escalated", LOAN, escalation={"step": step, "role": "department-head", **more})

    def seat(self, *members: str, chair: str = "m1") -> None:
        self.add("application.sitting-named", LOAN, sitting={"members": list(members), "chair": chair})

    def statement(self, name: str, verdict: str = "approve", **changes: object) -> DecisionStatement:
        facts = {
            "application": LOAN,
            "content_sha256": self.content.sha256(),
            "terms_sha256": self.content.terms_sha256,
            "currency": self.content.currency,
            "amount_minor": str(self.content.amount),
            "verdict": verdict,
            "conditions": (),
            "policy_sha256": self.policy.sha256(),
            "decider": name,
            "role": "officer",
            "in_place_of": None,
            "key_id": KEYS[name].public.key_id,
            "head": self.head(),
            "checkpoint": SeenCheckpoint(size=1, root=b"\x02" * 32),
            "chain_id": 31_337,
            "log": "lender-7.example/log",
            "nonce": sha256(f"nonce {len(self.entries)}".encode()).digest(),
            "expires_at": format_instant(self.now + timedelta(minutes=10)),
        }
        return DecisionStatement(**{**facts, **changes})  # type: ignore[arg-type]  # the tests name its fields

    def say(self, name: str, verdict: str = "approve", moved: str | None = None, **changes: object) -> None:
        """Record a decision of `name`, signed with the own key, after which the entry says `moved`."""
        data = self.statement(name, verdict, **changes).to_bytes()
        signature = Signature(KEYS[name].public.suite, KEYS[name].public.key_id, KEYS[name].sign(data))
        self.add("application.decided", LOAN, statement=data.decode(), signature=signature.to_json(), moved=moved)

    def alter(self, **values: Json) -> None:
        """Change values of the newest entry; None takes one away, as an erasure does."""
        last = self.entries[-1]
        kept = {name: value for name, value in {**last.values, **values}.items() if value is not None}
        self.entries[-1] = replace(last, values=kept, closed=last.closed | (last.values.keys() - kept.keys()))

    def replay(self) -> Replay:
        done = replay_trail(self.entries, self.judge_check)
        for index, row in self.decision_rows:
            check_decision_row(done, self.entries[index], row)
        for row in self.state_rows:
            check_state_row(done, row)
        return done

    def row(self, **changes: object) -> dict[str, object]:
        """Have the row of the newest decision looked at, as its entry makes it but for `changes`; return it."""
        entry = self.entries[-1]
        row: dict[str, object] = {
            "application_id": entry.subject,
            "decider_id": entry.values.get("decider"),
            "decided_at": format_instant(entry.at),
            **changes,
        }
        self.decision_rows.append((entry.index, row))
        return row

    def codes(self) -> list[str]:
        return [finding.code for finding in self.replay().findings]


def staffed() -> Trail:
    """Return a trail with people, their keys and the default policy."""
    trail = Trail()
    trail.hire("otto", "officer")
    trail.hire("olga", "officer")
    trail.hire("rita", "risk")
    trail.hire("hans", "department-head")
    for name in ("m1", "m2", "m3", "m4", "m5"):
        trail.hire(name, "committee")
    trail.enforce()
    return trail


def in_review(**changes: object) -> Trail:
    """Return a trail with a loan that waits for its first decision."""
    trail = staffed()
    trail.content = replace(trail.content, **changes)  # type: ignore[arg-type]  # the tests name its fields
    trail.create()
    trail.submit()
    return trail


def escalating() -> Trail:
    """Return a trail with a loan whose first step escalates to a department head."""
    trail = Trail()
    trail.hire("otto", "officer")
    trail.hire("olga", "officer")
    trail.hire("hans", "department-head")
    first, *rest = DEFAULT_POLICY.paths["two"].steps
    steps = (replace(first, escalates_to="department-head"), *rest)
    two = replace(DEFAULT_POLICY.paths["two"], steps=steps)
    trail.policy = unchecked(replace(DEFAULT_POLICY, paths={**DEFAULT_POLICY.paths, "two": two}))
    trail.enforce(policy=trail.policy)
    trail.create()
    trail.submit()
    return trail


def before_committee() -> Trail:
    trail = staffed()
    trail.content = replace(trail.content, amount=200_000_000)
    trail.create()
    trail.submit(path="committee")
    return trail


def before_rules(**changes: object) -> Trail:
    """Return a trail with a small loan that waits for the rule set in force."""
    trail = staffed()
    trail.automate()
    facts = {"amount": 4_000_000, **changes}
    trail.content = replace(trail.content, **facts)  # type: ignore[arg-type]  # the tests name its fields
    trail.create()
    trail.submit(path="automatic")
    return trail


def delegated(until: timedelta, limit: int, currency: str | None = "CNY") -> Trail:
    """Return a trail in which Hans decides under a delegation of Olga's role."""
    trail = in_review()
    trail.delegate("hans", until=until, limit=limit, currency=currency)
    trail.say("hans", in_place_of="olga")
    return trail


def decided(name: str, verdict: str = "approve", moved: str | None = None, **changes: object) -> Trail:
    """Return a trail with one decision on a loan in review."""
    trail = in_review()
    trail.say(name, verdict, moved, **changes)
    return trail
