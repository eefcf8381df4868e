"""What a replay of approvals keeps while it reads: the cases as far as their entries tell them, and what was found.

Promises: plain state, filled by `replay`, `replay_rules`, `replay_sending` and `replay_life`; each finding names the entry that shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ledger.core.applications.application import Application, BlacklistCheck, parse_application
from ledger.core.applications.decide import Progress, Review
from ledger.core.applications.evidence import NOTHING, AtHand
from ledger.core.applications.groups import Line, Lines
from ledger.core.applications.offers import Offer
from ledger.core.applications.signers import Signers
from ledger.core.applications.states import NOT_COUNTED, Move, State, after
from ledger.core.applications.timeline import PublishedPolicy, Timeline, TrailEntry
from ledger.core.log.audit_findings import Finding
from ledger.errors import LedgerError
from signing.canonical import Json


@dataclass
class Case:
    """One application as far as its entries tell it."""

    line: Line
    content: Application
    authors: set[str]
    at: datetime
    step_since: datetime  # when the current step began
    review: Review | None = None
    progress: Progress = field(default_factory=Progress)
    policy: PublishedPolicy | None = None
    submission: str = ""  # id of the entry of the newest submission
    since: dict[int, bytes] = field(
        default_factory=dict
    )  # while in review: leaves of its entries from the submission on, by n
    path: str = ""
    state: State = State.DRAFT
    offer: Offer | None = None  # of a counter-offer that was not taken yet
    told: bool = False  # whether the applicant was, since it was returned or countered
    due_on: str = ""
    at_hand: AtHand = NOTHING
    reporters: dict[int, str] = field(default_factory=dict)  # condition: who brought the newest evidence
    met: set[int] = field(default_factory=set)
    newest: str = ""  # id of its newest entry, and where that says it stands (None where it says nothing or was erased)
    stands: Json = None


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A recorded blacklist check with its receipt and opening, and the application it is to be about; `at` is the entry's time."""

    application: str
    content: Application
    check: BlacklistCheck
    receipt: Json
    opening: Json
    at: datetime


@dataclass
class Contract:
    """One agreement that was not sent yet: the hash of its terms and its amount, None where they were erased; what it waits for."""

    terms_sha256: bytes | None
    amount: tuple[str, int] | None
    application: str | None = None


@dataclass
class Book:
    """The cases, and what the log said of people, policies and keys so far."""

    timeline: Timeline = field(default_factory=Timeline)
    signers: Signers = field(default_factory=Signers)
    findings: list[Finding] = field(default_factory=list)
    decisions: int = 0
    unopened: int = 0
    cases: dict[str, Case] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    contracts: dict[str, Contract] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)  # application: the agreement that was sent on it
    nonces: set[bytes] = field(default_factory=set)  # of the decisions so far
    newest_at: datetime | None = None  # the latest time that an entry said, until one stepped back
    judge_check: Callable[[Checked], str | None] | None = None  # why a recorded check is not what its receipt proves
    unjudged: int = 0  # checks whose receipts nobody looked at

    def find(self, entry: TrailEntry, code: str, *, expected: str, found: str) -> None:
        """Add a finding about the subject of an entry."""
        self.findings.append(
            Finding(
                code=code,
                kind=entry.kind,
                id=entry.subject,
                field=entry.type,
                expected=expected,
                found=found,
                index=entry.index,
            )
        )

    def move(self, entry: TrailEntry, case: Case, move: Move) -> None:
        """Move the case by the table of states; add a finding where the table has no such move."""
        try:
            case.state = after(case.state, move)
            if case.state is not State.IN_REVIEW:
                case.since = {}
        except LedgerError:
            self.find(entry, "approval.wrong-state", expected=f"a move from {case.state}", found=move.value)
        self.count(case)

    def count(self, case: Case) -> None:
        """Have the case added up with linked ones from now on, or no longer: as its state says."""
        if case.state in NOT_COUNTED:
            self.lines.drop(case.line)
        else:
            self.lines.put(case.line)

    def keep(self, entry: TrailEntry) -> None:
        """Remember the newest entry of a case, and where it says that the application stands."""
        case, value = self.cases.get(entry.subject), entry.values.get("stands")
        if case is not None:
            case.newest, case.stands = entry.id, value

    def check_time(self, entry: TrailEntry, case: Case) -> None:
        """Add a finding where an entry of an application says an earlier time than the one before it."""
        if entry.at < case.at:
            self.find(
                entry, "approval.back-dated", expected=f"a time after {case.at.isoformat()}", found=entry.at.isoformat()
            )
        case.at = max(case.at, entry.at)

    def content_of(self, entry: TrailEntry) -> Application | None:
        """Return the application that an entry opens; None, and counted, where it was erased."""
        value = entry.values.get("application")
        if value is None:
            self.unopened += 1
            return None
        return parse_application(value)
