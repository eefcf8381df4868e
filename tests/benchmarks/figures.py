"""Figures of approvals over a log of a million entries, and search by name among a million applications.

Measured: the services behind `GET /v1/kpis` and `GET /v1/applications?search=name`, on SQLite, in processor time of this process, since a
search waits for nothing else; the median of several. The rows are put there directly: the derived facts that a fold of a million entries
would make (three stages, forty deciders, two years), and applications with their keyed digests. Beside: one pass over the index that the
figures are counted from; one application read by its id.
"""

import hashlib
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.ledgers import START, new_ledger
from benchmarks.measuring import Aim, Figure, Run, median, note, temporary_folder
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal, Role
from ledger.services.applications.find import Search, find
from ledger.services.applications.read_figures import Span, read_figures
from ledger.storage.applications import application_by_id
from ledger.storage.blind_index import blind
from ledger.storage.policies import PolicyRow, insert_policy
from signing.canonical import encode
from support.ledgers import INSTITUTION, Ledger

FACTS, APPLICATIONS = 10**6, 10**6
QUICK = 50_000
FIGURES_AIM, SEARCH_AIM = Aim(0.5, "most"), Aim(50, "most")
ROUNDS = 7
YEARS = timedelta(days=730)
STAGES = (
    ("officer", 1, ""),
    ("officer", 0, ""),
    ("risk", 1, "approved"),
    ("risk", 1, "returned"),
    ("", 0, "submitted"),
)
POLICY = "p-1"
_PASS = "SELECT stage, count(*), sum(seconds) FROM approval_fact WHERE log_id = 1 AND ends = 1 GROUP BY stage"


def measure(run: Run) -> Sequence[Figure]:
    """Return seconds of a year's figures, of two compared, and milliseconds of a search by name."""
    facts, applications = (QUICK, QUICK) if run.quick else (FACTS, APPLICATIONS)
    with temporary_folder() as folder, new_ledger(folder) as ledger:
        note(f"putting {facts:,} facts and {applications:,} applications into tables")
        _fill(ledger, folder / "ledger.db", facts, applications)
        ledger.stores.database.write(lambda tx: insert_policy(tx, _policy()))
        return [*_figures(ledger, folder, facts), _search(ledger, applications)]


def _figures(ledger: Ledger, folder: Path, facts: int) -> Iterator[Figure]:
    act = ledger.act(Principal("auditor", INSTITUTION, frozenset({Role.AUDITOR}), "person"), now=START)
    year = Span(since=START - YEARS / 2, until=START)
    before = Span(since=START - YEARS, until=START - YEARS / 2)
    bare = sqlite3.connect(folder / "ledger.db")
    baseline = _processor_seconds(lambda: bare.execute(_PASS).fetchall())
    bare.close()
    for name, spans in (
        ("a year", (year,)),
        ("two years compared", (year, before)),
        ("under one policy", (Span(since=year.since, until=year.until, policy_id=POLICY),)),
    ):
        yield Figure(
            name=f"figures, {name}, {facts:,} entries",
            value=_processor_seconds(lambda spans=spans: read_figures(ledger.stores, act, *spans)),  # type: ignore[misc]  # bound at once
            unit="s",
            baseline=baseline,
            baseline_name="one pass over the index",
            aim=FIGURES_AIM if len(spans) == 1 else None,
        )


def _search(ledger: Ledger, applications: int) -> Figure:
    act = ledger.act(Principal("officer", INSTITUTION, frozenset({Role.OFFICER}), "person"), now=START)
    places = [random.Random(7).randrange(applications) for _ in range(50)]  # noqa: S311  # which to look for

    def search() -> None:
        for place in places:
            assert find(ledger.stores, act, Search(kind="name", value=f"Person {place}"))

    def read() -> None:
        for place in places:
            assert ledger.stores.database.read(lambda tx, place=place: application_by_id(tx, _id(place)))  # type: ignore[misc]  # bound at once

    return Figure(
        name=f"search by name, {applications:,} applications",
        value=_processor_seconds(search) / len(places) * 1000,
        unit="ms",
        baseline=_processor_seconds(read) / len(places) * 1000,
        baseline_name="one read by id",
        aim=SEARCH_AIM,
    )


def _processor_seconds(work: Callable[[], object]) -> float:
    """Return the median processor time of several rounds, after one that warms the caches."""
    work()
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return median(taken)


def _fill(ledger: Ledger, file: Path, facts: int, applications: int) -> None:
    """Put the rows there in one transaction of a connection of our own: no service makes a million of them in a minute."""
    direct = sqlite3.connect(file, isolation_level=None)
    direct.execute("PRAGMA synchronous=OFF")
    direct.execute("BEGIN")
    for name, rows in (
        ("application", _applications(applications)),
        ("application_version", _versions(applications)),
        ("application_state", _states(applications)),
        ("blind_index", _digests(ledger, applications)),
        ("approval_fact", _facts(ledger.log.id, facts)),
        ("approval_stage", _stages(ledger.log.id, min(20_000, applications))),
        ("log_cursor", [("figures", ledger.log.id, facts)]),
        ("checkpoint", [(ledger.log.id, facts, bytes(32), b"", None, 1, format_instant(START))]),
    ):
        places = ", ".join("?" * len(direct.execute(f'SELECT * FROM "{name}" LIMIT 0').description))  # noqa: S608  # our own tables
        direct.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)  # noqa: S608  # as above
    direct.execute("COMMIT")
    direct.close()


def _policy() -> PolicyRow:
    content, at = encode(DEFAULT_POLICY.to_json()).decode(), format_instant(START)
    made = PolicyRow(POLICY, INSTITUTION, DEFAULT_POLICY.name, DEFAULT_POLICY.sha256(), content, at, "risk", "e")
    return replace(made, published_entry="e", published_at=at)


def _id(number: int) -> str:
    return f"01936f2e-0000-7000-8000-{number:012x}"


def _applications(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        yield _id(number), INSTITUTION, f"A-{number}", "head", "officer", f"e-{number}", format_instant(START)


def _versions(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        yield _id(number), 1, bytes(32), "officer", f"e-{number}", format_instant(START)


def _states(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        yield _id(number), "approved", 1, 2, "", "", POLICY, "two", "e", "e", format_instant(START)


def _digests(ledger: Ledger, count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        digest = blind(ledger.stores.index_key, "name", f"Person {number}")
        yield INSTITUTION, "name", digest, "application", _id(number), f"e-{number}"


def _facts(log_id: int, count: int) -> Iterator[tuple[object, ...]]:
    chosen = random.Random(11)  # noqa: S311  # the same figures in every run
    for number in range(count):
        at = format_instant(START - YEARS + YEARS * number / count)
        stage, ends, moved = STAGES[number % len(STAGES)]
        seconds = int(chosen.expovariate(1 / 40_000)) if stage else 0
        actor = hashlib.sha256(str(number % 40).encode()).hexdigest()[:36] if stage else ""
        policy = POLICY if number % 3 else "p-2"
        late = int(seconds > 2 * 86_400)
        yield (
            log_id,
            number,
            _id(number // 5),
            at,
            stage,
            ends,
            seconds,
            late,
            actor,
            int(number % 7 == 0),
            moved,
            policy,
            "two",
        )


def _stages(log_id: int, count: int) -> Iterator[tuple[object, ...]]:
    at = format_instant(START)
    for number in range(count):
        due = (START + timedelta(days=number % 9 - 4)).date().isoformat()
        yield _id(number), log_id, "in-review", 1, 0, "officer" if number % 2 else "risk", at, due, POLICY, "two"
