"""Patterns of enumeration in what evaluators remember of requests: bursts, a sudden rate, checks without applications, reused consents.

Promises: plain counts against plain thresholds, each finding with what was measured and what was expected; a finding is a reason to
ask, never a proof: an evaluator sees neither subjects nor answers. Leaves to others: reading the request log, asking.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

HISTORY_DAYS: Final = 14
BURST: Final = timedelta(minutes=10)
BURST_REQUESTS: Final = 30  # of one subject each: a desk of ten people does not type three identity numbers a minute
SUDDEN: Final = 5  # times the median of the days before
SUDDEN_FLOOR: Final = 50  # fewer subjects are noise
PER_APPLICATION: Final = 3  # applicant, guarantor, a second look
SLACK: Final = 10
MARK_BYTES: Final = 8  # of a consent commitment: enough to see one again, too little to be one


class Pattern(StrEnum):
    """What a finding says."""

    BURST = "burst"
    SUDDEN = "sudden-rate"
    NO_APPLICATIONS = "checks-without-applications"
    NO_LISTINGS = "namings-without-listings"
    REUSED = "consent-reused"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as an evaluator remembers it; `marks` are the first bytes of each item's consent commitment."""

    institution: str
    reason: str
    items: int
    at: datetime
    marks: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the registry knows besides: applications entered and listings proposed on the day, by institution."""

    applications: Mapping[str, int] = field(default_factory=dict)  # of those whose applications are kept here
    listings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """One pattern of one institution on one day: how much was measured, and up to how much is usual."""

    institution: str
    pattern: Pattern
    measured: int
    usual: int


def anomalies(requests: Iterable[Asked], day: date, known: Known) -> list[Anomaly]:
    """Return what stands out on a day (UTC) among requests of that day and of the HISTORY_DAYS before it."""
    by_institution: dict[str, list[Asked]] = defaultdict(list)
    for asked in requests:
        by_institution[asked.institution].append(asked)
    return [
        found
        for institution, all_of_it in sorted(by_institution.items())
        for found in _of_institution(institution, all_of_it, day, known)
        if found.measured > found.usual
    ]


def _of_institution(institution: str, asked: Sequence[Asked], day: date, known: Known) -> Iterable[Anomaly]:
    today = [one for one in asked if one.at.date() == day]

    def anomaly(pattern: Pattern, measured: int, usual: int) -> Anomaly:
        return Anomaly(institution=institution, pattern=pattern, measured=measured, usual=usual)

    yield anomaly(Pattern.BURST, _burst([one.at for one in today if one.items == 1]), BURST_REQUESTS)
    yield anomaly(Pattern.SUDDEN, _subjects(today), max(SUDDEN_FLOOR, SUDDEN * _usual(asked, day)))
    if institution in known.applications:
        checks = _subjects(today, "loan-application")
        yield anomaly(Pattern.NO_APPLICATIONS, checks, PER_APPLICATION * known.applications[institution] + SLACK)
    named = _subjects(today, "listing")
    yield anomaly(Pattern.NO_LISTINGS, named, PER_APPLICATION * known.listings.get(institution, 0) + SLACK)
    yield anomaly(Pattern.REUSED, _reused(asked, today), 0)


def _subjects(asked: Iterable[Asked], reason: str | None = None) -> int:
    return sum(one.items for one in asked if reason in {None, one.reason})


def _burst(times: Sequence[datetime]) -> int:
    """Return the most requests within any BURST."""
    most, first, ordered = 0, 0, sorted(times)
    for last, at in enumerate(ordered):
        while at - ordered[first] > BURST:
            first += 1
        most = max(most, last - first + 1)
    return most


def _usual(asked: Iterable[Asked], day: date) -> int:
    """Return the median of subjects over the days before on which anything was asked."""
    days: Counter[date] = Counter()
    for one in asked:
        if day - timedelta(days=HISTORY_DAYS) <= one.at.date() < day:
            days[one.at.date()] += one.items
    return int(median(days.values())) if days else 0


def _reused(asked: Iterable[Asked], today: Iterable[Asked]) -> int:
    """Return how many subjects of the day came with a consent commitment that was used more than once: each has a salt of its own."""
    seen = Counter(mark for one in asked for mark in one.marks)
    return sum(seen[mark] > 1 for one in today for mark in one.marks)
