"""What must be at hand before an application is decided: attachments, fresh third-party data, fresh blacklist checks.

Promises: pure; each thing that is missing or out of date is named, as facts that a page words and as a sentence; a check counts by its receipt only, never because somebody entered it.
Leaves to others: whether a receipt itself verifies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ledger.core.applications.application import Application
from ledger.core.applications.evidence import AtHand
from ledger.core.applications.policy import Path
from ledger.errors import Conflict

MAX_CLOCK_AHEAD = timedelta(minutes=2)  # another institution's clock; more is a date from the future


class Lack(StrEnum):
    """What can be missing."""

    ATTACHMENT = "attachment"
    THIRD_PARTY = "third-party"
    CHECK = "check"


_SENTENCES = {
    Lack.ATTACHMENT: "an attachment of the kind {name}",
    Lack.THIRD_PARTY: "data of {name} not older than {age} days",
    Lack.CHECK: "a blacklist check of applicant {name} with its receipt, not older than {age} minutes",
}


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: what, of which kind, source or applicant, and how old it may be (days of data, minutes of a check)."""

    lack: Lack
    name: str
    age: int = 0

    def __str__(self) -> str:
        return _SENTENCES[self.lack].format(name=self.name, age=self.age)


class Incomplete(Conflict):
    """Something that the path asks for is missing; `lacks` names each thing."""

    def __init__(self, code: str, message: str, *, lacks: Sequence[Missing]) -> None:
        super().__init__(code, message)
        self.lacks = tuple(lacks)


def missing(path: Path, application: Application, at_hand: AtHand, now: datetime) -> list[Missing]:
    """Return each requirement of the path that the application, with what is at hand, does not meet at `now`."""
    return [
        *_attachments(path, application, at_hand),
        *_third_party(path, application, at_hand, now),
        *_checks(path, application, at_hand, now),
    ]


def require_complete(path: Path, application: Application, at_hand: AtHand, now: datetime) -> None:
    """Raise Incomplete("application.incomplete") that names all that is missing."""
    lacks = missing(path, application, at_hand, now)
    if lacks:
        needed = "; ".join(str(lack) for lack in lacks)
        raise Incomplete("application.incomplete", f"before an approval this application needs: {needed}", lacks=lacks)


def _attachments(path: Path, application: Application, at_hand: AtHand) -> Iterator[Missing]:
    """Name each kind that is not listed, or of which no listed file was received."""
    present = {item.kind for item in application.attachments if item.sha256 in at_hand.received}
    yield from (Missing(Lack.ATTACHMENT, kind) for kind in path.attachments if kind not in present)


def _third_party(path: Path, application: Application, at_hand: AtHand, now: datetime) -> Iterator[Missing]:
    for needed in path.third_party:
        oldest = now - timedelta(days=needed.max_age_days)
        fresh = any(
            item.source == needed.source
            and _between(oldest, item.fetched_at, now + MAX_CLOCK_AHEAD)
            and now <= datetime.fromisoformat(item.valid_until)
            for item in (*application.third_party, *at_hand.third_party)
        )
        if not fresh:
            yield Missing(Lack.THIRD_PARTY, needed.source, needed.max_age_days)


def _checks(path: Path, application: Application, at_hand: AtHand, now: datetime) -> Iterator[Missing]:
    if path.check_minutes is None:
        return
    oldest = now - timedelta(minutes=path.check_minutes)
    for place, applicant in enumerate(application.applicants, start=1):
        fresh = any(
            check.applicant == applicant.id and _between(oldest, check.checked_at, now + MAX_CLOCK_AHEAD)
            for check in at_hand.checks
        )
        if not fresh:
            yield Missing(Lack.CHECK, str(place), path.check_minutes)


def _between(oldest: datetime, at: str, newest: datetime) -> bool:
    return oldest <= datetime.fromisoformat(at) <= newest
