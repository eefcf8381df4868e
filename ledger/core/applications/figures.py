"""What one entry of an application adds to the figures: which stage it ended, after how long, by whom, with what (DESIGN section 6).

Promises: pure; one fact per entry, from the entry and from where the application stood before; the same for the fold that keeps the
tables and for the audit that holds them against the log. Leaves adding up to storage, and rates to figures_report.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.applications.stands import Stands
from ledger.core.applications.states import State
from ledger.core.log.business_time import BusinessTime

SUBMITTED, FULFILLED = "submitted", "fulfilled"


@dataclass(frozen=True, kw_only=True)
class Told:
    """An entry of an application as the figures need it."""

    type: str
    at: str
    stands: Stands
    decider: str  # of a decision by a person; empty otherwise
    is_automated: bool


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where an application stands, and since when it waits there; `stage` is the role that decides next, empty when none does."""

    state: str
    version: int
    step: int
    stage: str
    since: str
    due_on: str
    policy_id: str
    path: str

    @property
    def place(self) -> tuple[str, int, int, str, str]:
        """What makes it another stage when it changes."""
        return self.state, self.version, self.step, self.stage, self.path


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What one entry adds; flags are 0 or 1, `seconds` are business seconds since the stage began."""

    at: str
    stage: str
    ends: int
    seconds: int
    late: int
    actor: str
    automated: int
    moved: str
    policy_id: str
    path: str


def fold(before: Stage | None, told: Told, clock: BusinessTime) -> tuple[Stage, Fact]:
    """Return where the application stands after an entry, and what the entry adds to the figures."""
    after = _after(before, told)
    waited = before if before is not None and before.stage else None
    at = datetime.fromisoformat(told.at)
    fact = Fact(
        at=told.at,
        stage=waited.stage if waited else "",
        ends=int(waited is not None and waited.place != after.place),
        seconds=clock.seconds_between(datetime.fromisoformat(waited.since), at) if waited else 0,
        late=int(waited is not None and waited.due_on != "" and clock.day_of(at) > waited.due_on),
        actor=told.decider,
        automated=int(told.is_automated),
        moved=_moved(before, after, told),
        policy_id=after.policy_id,
        path=after.path,
    )
    return after, fact


def _after(before: Stage | None, told: Told) -> Stage:
    stands = told.stands
    after = Stage(
        state=stands.state,
        version=stands.version,
        step=stands.step,
        stage=stands.waiting_for,
        since=told.at,
        due_on=stands.due_on,
        policy_id=stands.policy_id,
        path=stands.path,
    )
    stays = before is not None and before.place == after.place and told.type != "application.submitted"
    return Stage(**{**vars(after), "since": before.since}) if before is not None and stays else after


def _moved(before: Stage | None, after: Stage, told: Told) -> str:
    """Return to which state the entry moved the application; empty when it stayed.

    The last condition met is no second approval: it was decided, and counted, when it was approved with conditions.
    """
    if told.type == "application.submitted":
        return SUBMITTED
    if before is not None and (before.state, after.state) == (State.CONDITIONAL, State.APPROVED):
        return FULFILLED
    return after.state if before is not None and before.state != after.state else ""
