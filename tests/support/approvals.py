"""A ledger with people who decide, each with a key of their own, and a policy in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.core.applications.decide import Verdict
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.rule_set import RuleSet
from ledger.core.log.audit_findings import AuditReport
from ledger.core.log.keys import Owner, OwnerKind, ProofGrade, Proofing, Purpose
from ledger.core.log.permissions import Action, Principal, Role
from ledger.services.applications.add_check import add_check
from ledger.services.applications.attach import attach
from ledger.services.applications.audit_approvals import ApprovalReport, audit_approvals
from ledger.services.applications.create import MADE_HERE, NewApplication, create
from ledger.services.applications.decide import NewDecision, decide
from ledger.services.applications.decided import Said, said_in
from ledger.services.applications.issue_decision import Wanted, issue_decision
from ledger.services.applications.propose_policy import NewPolicy, propose_policy
from ledger.services.applications.propose_rule_set import NewRuleSet, propose_rule_set
from ledger.services.applications.publish_policy import publish_policy
from ledger.services.applications.publish_rule_set import Publication, publish_rule_set
from ledger.services.applications.submit import submit
from ledger.services.applications.view import load_application, open_content
from ledger.services.context import Act, Written
from ledger.services.enrolling import NewKey
from ledger.services.log.add_person import NewPerson, add_person
from ledger.services.log.audit import Scope, audit
from ledger.services.log.enrol_key import enrol_key
from ledger.services.log.sequence import Turn, sequence
from ledger.storage.applications import DecisionRow, StateRow, application_by_id, applications, decisions_of, state_of
from ledger.storage.rule_sets import rule_sets
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import Ed25519Signer, EvmSigner, open_signer
from support.applications import PICTURE, application
from support.checks import Asked, check_policy, real_check
from support.ledgers import INSTITUTION, NOW, Ledger, secret_of

CHAIN_ID = 31_337
RULES = Ed25519Signer(secret_of("rules"), purpose="rules")
IDENTITY = "11010519491231002X"  # the example of the national standard


@dataclass(frozen=True)
class Staff:
    """A person of the lender with a signing key."""

    principal: Principal
    key: Ed25519Signer


@dataclass
class Desk:
    """The lender's desk of a test: people by name, and the clock."""

    ledger: Ledger
    people: dict[str, Staff]
    now: datetime = NOW

    def act(self, name: str) -> Act:
        return self.ledger.act(self.people[name].principal, now=self.now)

    def hire(self, name: str, *roles: Role) -> None:
        """Add a person with these roles and enrol a key for them."""
        ledger = self.ledger
        written = add_person(ledger.stores, ledger.act(now=self.now), NewPerson(name, roles), ledger.key)
        signer = open_signer(Suite.ED25519, secret_of(name), purpose="decide")
        assert not isinstance(signer, EvmSigner)
        assert isinstance(signer, Ed25519Signer)
        new = NewKey(
            key=signer.public,
            purpose=Purpose.SIGN,
            owner=Owner(OwnerKind.PERSON, written.resource_id),
            proofing=Proofing(provider="desk", grade=ProofGrade.LENDERS_WORD),
        )
        enrol_key(ledger.stores, ledger.act(now=self.now), new, ledger.key)
        principal = Principal(written.resource_id, INSTITUTION, frozenset(roles), "person")
        self.people[name] = Staff(principal, signer)

    def enforce(self, policy: Json = None) -> str:
        """Have a policy proposed by risk and published by the administrator; return its id."""
        stores, key = self.ledger.stores, self.ledger.key
        new = NewPolicy(policy=policy or DEFAULT_POLICY.to_json(), valid_from=self.now)
        policy_id = propose_policy(stores, self.act("Rita"), new, key).resource_id
        publish_policy(stores, self.ledger.act(now=self.now), policy_id, key)
        return policy_id

    def automate(self, rule_set: RuleSet = DEFAULT_RULES) -> str:
        """Have a rule set proposed by risk and published by the administrator; return its id."""
        stores, key = self.ledger.stores, self.ledger.key
        new = NewRuleSet(rule_set=rule_set.to_json(), valid_from=self.now)
        rule_set_id = propose_rule_set(stores, self.act("Rita"), new, key).resource_id
        wanted = Publication(rule_set_id=rule_set_id, key=key, rules_key=lambda: RULES.public)
        publish_rule_set(stores, self.ledger.act(now=self.now), wanted)
        return rule_set_id

    def apply(
        self,
        *,
        amount: int = 10_000_000,
        identity: str = IDENTITY,
        checked: bool = True,
        reach: Mapping[str, Json] | None = None,
        **changes: Json,
    ) -> str:
        """Have Otto enter an application and, where it is to be `checked`, look its applicant up in the blacklist; return its id."""
        made = {"tag", "number", "version", "corrects", "applicants"}
        content: dict[str, Json] = {
            name: value for name, value in application(amount=amount).to_json().items() if name not in made
        }
        person: dict[str, Json] = {"role": "borrower", "name": "林小雨", "phone": None}
        people: list[Json] = [{**person, "identity": {"kind": "cn-id", "value": identity}, **(reach or {})}]
        new = NewApplication(content={**content, **changes}, people=people)
        loan = create(self.ledger.stores, self.act("Otto"), new).resource_id
        if "attachments" not in changes:
            attach(self.ledger.stores, self.act("Otto"), loan, PICTURE)
        if checked:
            self.check(loan, identity)
        return loan

    def check(self, application_id: str, identity: str = IDENTITY, listed: tuple[str, ...] = ()) -> None:
        """Have Otto look an applicant up in a list of these identity numbers, and attach the receipt."""
        number = self.content_number(application_id)
        asked = Asked(institution=INSTITUTION, identity=identity, application=number, at=self.now)
        add_check(self.ledger.stores, self.act("Otto"), application_id, real_check(asked, listed))

    def submit(self, application_id: str) -> Written:
        return submit(self.ledger.stores, self.act("Otto"), application_id, RULES)

    def say(self, name: str, application_id: str, verdict: Verdict = Verdict.APPROVE, **more: object) -> Written:
        """Have somebody sign and send a decision."""
        stores, staff = self.ledger.stores, self.people[name]
        wanted = Wanted(verdict=verdict, key_id=staff.key.public.key_id, **more)  # type: ignore[arg-type]  # by its fields
        statement = issue_decision(stores, self.act(name), application_id, wanted, chain_id=CHAIN_ID)
        data = statement.to_bytes()
        signature = Signature(staff.key.public.suite, staff.key.public.key_id, staff.key.sign(data))
        new = NewDecision(statement=data, signature=signature, chain_id=CHAIN_ID)
        return decide(stores, self.act(name), application_id, new)

    def state(self, application_id: str) -> StateRow:
        found = self.ledger.stores.database.read(lambda tx: state_of(tx, application_id))
        assert found is not None
        return found

    def content_number(self, application_id: str) -> str:
        found = self.ledger.stores.database.read(lambda tx: application_by_id(tx, application_id))
        assert found is not None
        return found.number

    def content_of(self, application_id: str) -> dict[str, Json]:
        """Return what a client may say of an application's current content."""
        stores = self.ledger.stores
        view = stores.database.read(
            lambda tx: load_application(tx, self.act("Otto").principal, application_id, Action.APPLICATION_READ)
        )
        return {name: value for name, value in open_content(stores, view).to_json().items() if name not in MADE_HERE}

    def rule_sets(self) -> list[str]:
        """Return the ids of the rule sets, newest first."""
        return [row.id for row in self.ledger.stores.database.read(lambda tx: rule_sets(tx, INSTITUTION))]

    def loans(self) -> list[str]:
        """Return the ids of the newest applications."""
        return [row.id for row in self.ledger.stores.database.read(lambda tx: applications(tx, INSTITUTION, limit=200))]

    def decisions_of(self, application_id: str) -> list[DecisionRow]:
        return self.ledger.stores.database.read(lambda tx: decisions_of(tx, application_id))

    def said_of(self, application_id: str) -> list[Said]:
        """Return what each decision says, opened from the vault."""
        stores = self.ledger.stores
        return stores.database.read(lambda tx: [said_in(tx, stores, row) for row in decisions_of(tx, application_id)])

    def worker(self) -> Act:
        """Return the act of a worker's turn."""
        return self.ledger.act(Principal("worker", "", frozenset(), "program"), now=self.now)

    def replayed(self) -> ApprovalReport:
        """Sequence what waits, and return what the replay finds."""
        ledger = self.ledger
        sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="test", now=self.now))
        return audit_approvals(ledger.stores, believed=check_policy(INSTITUTION))

    def audited(self) -> AuditReport:
        """Return what the integrity audit finds."""
        return audit(self.ledger.stores, None, Scope(), lambda _: None)

    def codes(self, loan: str | None = None) -> set[str]:
        """Return the codes that the replay finds, of one loan or of all."""
        return {finding.code for finding in self.replayed().findings if loan in {None, finding.id}}

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


def cn_identity(number: int) -> str:
    """Return a valid identity number of somebody of their own for each number below 1,000."""
    first = f"33010619920315{number:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11]


def staffed(ledger: Ledger, now: datetime = NOW) -> Desk:
    """Return a desk with an officer who enters, one who decides, risk, and a department head."""
    desk = Desk(ledger, {}, now)
    desk.hire("Otto", Role.OFFICER)
    desk.hire("Olga", Role.OFFICER)
    desk.hire("Rita", Role.RISK)
    desk.hire("Hans", Role.DEPARTMENT_HEAD)
    return desk
