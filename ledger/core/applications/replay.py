"""Every decision taken once more from the log alone: which loans were approved outside the policy, and how (DESIGN section 6).

Promises: entries and opened fields in, in the order of the log; findings out, each with the entry that shows it. Roles, delegations,
policies and keys are those of the log at that place, never those of the tables. Erased fields are passed over and counted.
Leaves to others: reading the log (services), and whether the log itself is whole (tally audit). Codes: docs/audit-approvals.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.core.applications.application import Application
from ledger.core.applications.committee import Sitting
from ledger.core.applications.decide import Actor, Decision, Escalation, Event, Outcome, Progress, Review, Verdict, take
from ledger.core.applications.groups import Line
from ledger.core.applications.offers import read_offer
from ledger.core.applications.policy import Path
from ledger.core.applications.policy_check import path_for
from ledger.core.applications.replay_case import Book, Case, Checked
from ledger.core.applications.replay_evidence import EVIDENCE, check_complete
from ledger.core.applications.replay_life import LIFE, check_stands
from ledger.core.applications.replay_rules import automated
from ledger.core.applications.replay_seen import check_seen
from ledger.core.applications.replay_sending import HANDLERS as SENDING
from ledger.core.applications.replay_swing import check_swings
from ledger.core.applications.replay_whole import check_order, check_whole
from ledger.core.applications.states import Move, State
from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.fields import string
from ledger.errors import LedgerError
from signing.canonical import Json
from signing.decision import DecisionStatement, parse_decision
from signing.envelope import Signature
from signing.errors import SigningError

# What a refused decision means when it was recorded all the same.
MEANINGS: Mapping[str, str] = {
    "decision.own": "approval.self",
    "decision.twice": "approval.same-person-twice",
    "decision.role": "approval.wrong-role",
    "decision.delegation-expired": "approval.expired-delegation",
    "decision.delegation-limit": "approval.delegation-limit",
    "decision.recused": "approval.recused-voted",
    "decision.outdated": "approval.outdated",
    "decision.closed": "approval.after-the-end",
    "decision.not-member": "approval.not-in-committee",
    "decision.sitting-conflict": "approval.committee-conflict",
    "decision.not-overdue": "approval.early-escalation",
}
REFUSED = "approval.refused"  # any other rule that the recorded decision breaks


@dataclass
class Replay(Book):
    """Feed it entries in the order of the log with `note`; `findings` grows."""

    @property
    def applications(self) -> int:
        return len(self.cases)

    def note(self, entry: TrailEntry) -> None:
        """Take in one entry."""
        try:
            check_order(self, entry)
            check_whole(self, entry)
            self._follow(entry)
            self.timeline.note(entry)
            self.signers.note(entry)
            handler = _HANDLERS.get(entry.type)
            if handler is not None:
                handler(self, entry)
            self.keep(entry)
        except (LedgerError, SigningError, ValueError) as error:
            self.find(
                entry, "approval.malformed", expected="fields of its type", found=getattr(error, "code", "another form")
            )

    def finish(self) -> None:
        """Look at what shows only over all entries: a policy that was changed and changed back around a loan."""
        check_swings(self)

    def _follow(self, entry: TrailEntry) -> None:
        """Remember what a decider could have seen: the entries of an application in review."""
        case = self.cases.get(entry.subject)
        if case is not None and case.state is State.IN_REVIEW:
            case.since[entry.n] = entry.leaf

    def state_of(self, application: str) -> tuple[Outcome, int]:
        """Return where the replay brought an application: the outcome and the step."""
        progress = self.cases[application].progress
        return progress.outcome, progress.step

    def rests_on(self, application: str) -> tuple[str, str]:
        """Return the name of the policy that an application was submitted under, and the application's number."""
        case = self.cases[application]
        return (case.policy.policy.name if case.policy else "", case.content.number)

    def _created(self, entry: TrailEntry) -> None:
        content = self.content_of(entry)
        if content is None:
            return
        line = _line(entry.subject, content, entry.at)
        self.cases[entry.subject] = Case(line, content, {string(entry.values.get("author"))}, entry.at, entry.at)

    def _submitted(self, entry: TrailEntry) -> None:
        case, submission = self.cases.get(entry.subject), entry.values.get("submission")
        if case is None:
            self.unopened += 1
            return
        self.check_time(entry, case)
        self.move(entry, case, Move.SUBMITTED)
        case.review = None
        if not isinstance(submission, dict):
            self.unopened += 1
            return
        policy = self.timeline.policy_at(case.content.branch, entry.at, entry.index)
        if policy is None:
            self.find(entry, "approval.no-policy", expected="a policy in force", found="none")
            return
        if policy.author == policy.approver:
            self.find(entry, "approval.published-alone", expected="a second person's publication", found=policy.id)
        if policy.id != submission.get("policy"):
            self.find(entry, "approval.wrong-policy", expected=policy.id, found=str(submission.get("policy")))
        group = self.lines.group_of(replace(case.line, submitted_at=entry.at), days=policy.policy.link_days)
        if str(group.amount) != _minor(submission):
            self.find(entry, "approval.split", expected=str(group.amount), found=_minor(submission))
        name, _ = path_for(policy.policy, case.content.case(group.amount, listed=case.at_hand.is_listed))
        if name != submission.get("path"):
            self.find(entry, "approval.outside-policy", expected=name, found=str(submission.get("path")))
        case.policy, case.review = policy, _review(case, policy.policy.paths[name], group.amount)
        case.progress, case.submission, case.path = Progress(), entry.id, name
        case.step_since, case.since = entry.at, {entry.n: entry.leaf}
        case.line = replace(case.line, submitted_at=entry.at)
        self.count(case)
        check_complete(self, entry, case)
        check_stands(self, entry, case)

    def _seated(self, entry: TrailEntry) -> None:
        case, sitting = self.cases.get(entry.subject), entry.values.get("sitting")
        if case is None or case.review is None or not isinstance(sitting, dict):
            self.unopened += 1
            return
        if case.state is not State.IN_REVIEW:
            self.find(entry, "approval.after-the-end", expected="an application in review", found=case.state.value)
            return
        members = sitting.get("members")
        named = Sitting(
            members=tuple(map(str, members)) if isinstance(members, list) else (), chair=str(sitting.get("chair"))
        )
        self._take(entry, case, case.review, named)

    def _escalated(self, entry: TrailEntry) -> None:
        case, told = self.cases.get(entry.subject), entry.values.get("escalation")
        if case is None or case.review is None or not isinstance(told, dict):
            self.unopened += 1
            return
        number, time, steps = told.get("step"), self.timeline.working_time, case.review.path.steps
        step = steps[min(case.progress.step, len(steps) - 1)]
        found = Escalation(
            step=number if isinstance(number, int) else -1,
            due_on=time.due_day(case.step_since, step.due_business_days),
            day=time.day(entry.at).isoformat(),
        )
        self._take(entry, case, case.review, found)

    def _decided(self, entry: TrailEntry) -> None:
        case, text = self.cases.get(entry.subject), entry.values.get("statement")
        ruled = entry.values.get("automated")
        if case is not None and isinstance(ruled, str):
            self._ruled(entry, case, ruled)
            return
        if case is None or not isinstance(text, str):
            self.unopened += 1
            return
        self.decisions += 1
        self.check_time(entry, case)
        statement = parse_decision(text.encode())
        if case.review is None or case.state is not State.IN_REVIEW:
            self._out_of_turn(entry, case, statement)
            return
        self._check_statement(entry, case, statement)
        if statement.verdict == Verdict.APPROVE:
            check_complete(self, entry, case)
        actor = Actor(
            id=statement.decider,
            roles=self.timeline.roles_at(statement.decider, entry.index),
            departments=self.timeline.departments_at(statement.decider, entry.index),
            delegations=self.timeline.delegations_at(statement.decider, entry.index),
        )
        decision = Decision(
            actor=actor,
            verdict=Verdict(statement.verdict),
            content_sha256=statement.content_sha256,
            at=entry.at,
            conditions=statement.conditions,
            in_place_of=statement.in_place_of,
        )
        self._take(entry, case, case.review, decision)
        if case.progress.outcome is Outcome.COUNTERED:
            case.offer = read_offer(statement.conditions)
        self._check_move(entry, case)

    def _out_of_turn(self, entry: TrailEntry, case: Case, statement: DecisionStatement) -> None:
        """Name a decision on what is not in review; what was given to deciders but does not open is counted."""
        if case.state is State.IN_REVIEW:
            self.unopened += 1
        elif statement.content_sha256 != case.content.sha256():
            self.find(entry, "approval.outdated", expected="a decision on the current version", found="an older one")
        else:
            self.find(entry, "approval.after-the-end", expected="an application in review", found=case.state.value)

    def _ruled(self, entry: TrailEntry, case: Case, statement: str) -> None:
        self.decisions += 1
        self.check_time(entry, case)
        if automated(self, entry, case, statement):
            self._check_move(entry, case)

    def _take(self, entry: TrailEntry, case: Case, review: Review, event: Event) -> None:
        try:
            before, case.progress = case.progress.step, take(review, case.progress, event)
            case.step_since = entry.at if case.progress.step != before else case.step_since
        except LedgerError as error:
            self.find(
                entry, MEANINGS.get(error.code, REFUSED), expected="a decision that the policy allows", found=error.code
            )

    def _check_move(self, entry: TrailEntry, case: Case) -> None:
        """Hold what the entry says to have become of the application against what the decisions so far make of it."""
        moved, outcome = entry.values.get("moved"), case.progress.outcome
        said = str(moved or "open")
        made = (
            outcome.value
            if not case.progress.conditions or outcome is not Outcome.APPROVED
            else "approved-with-conditions"
        )
        if said != made:
            code = "approval.missing-step" if said.startswith("approved") else "approval.wrong-state"
            self.find(entry, code, expected=made, found=said)
        if made != Outcome.OPEN:
            self.move(entry, case, Move(made))
            case.told, case.reporters, case.met = False, {}, set()
        if said == made:
            check_stands(self, entry, case)

    def _check_statement(self, entry: TrailEntry, case: Case, statement: DecisionStatement) -> None:
        signature = entry.values.get("signature")
        if signature is not None:
            found = self.signers.judge(statement, Signature.from_json(signature), entry)
            if found is not None:
                self.find(entry, "approval.bad-signature", expected="a signature by the decider's own key", found=found)
        check_seen(self, entry, case, statement)
        facts = (
            ("decider", statement.decider, entry.values.get("decider", statement.decider)),
            ("amount", (case.content.currency, str(case.content.amount)), (statement.currency, statement.amount_minor)),
            ("terms_sha256", case.content.terms_sha256, statement.terms_sha256),
            ("policy_sha256", case.policy.sha256 if case.policy else b"", statement.policy_sha256),
        )
        for name, recorded, signed in facts:
            if recorded != signed:
                self.find(
                    entry, "approval.other-content", expected=f"the recorded {name}", found="another one was signed"
                )


def replay_trail(entries: Sequence[TrailEntry], judge_check: Callable[[Checked], str | None] | None = None) -> Replay:
    """Return the finished replay of entries in the order of the log."""
    replay = Replay(judge_check=judge_check)
    for entry in entries:
        replay.note(entry)
    replay.finish()
    return replay


def _line(application: str, content: Application, at: datetime) -> Line:
    return Line(
        application=application,
        applicants=frozenset(applicant.id for applicant in content.applicants),
        currency=content.currency,
        amount=content.amount,
        submitted_at=at,
    )


def _review(case: Case, path: Path, amount: int) -> Review:
    people = {applicant.id for applicant in case.content.applicants}
    own = frozenset(case.authors | people)
    return Review(
        content_sha256=case.content.sha256(), path=path, amount=amount, currency=case.content.currency, own=own
    )


def _minor(submission: Mapping[str, Json]) -> str:
    group = submission.get("group")
    amount = group.get("amount") if isinstance(group, dict) else None
    return str(amount.get("minor")) if isinstance(amount, dict) else "nothing"


_HANDLERS: Mapping[str, Callable[[Replay, TrailEntry], None]] = {
    "application.created": Replay._created,  # noqa: SLF001 - the table of the class's own handlers
    "application.submitted": Replay._submitted,  # noqa: SLF001  # the class's own table
    "application.sitting-named": Replay._seated,  # noqa: SLF001  # the class's own table
    "application.decided": Replay._decided,  # noqa: SLF001  # the class's own table
    **SENDING,
    "application.escalated": Replay._escalated,  # noqa: SLF001  # the class's own table
    **EVIDENCE,
    **LIFE,
}
