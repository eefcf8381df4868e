"""Rows that the figures of approvals are counted from, and the counting: one covering index for each question.

Promises: counts, sums and percentiles (nearest rank) are exact; everything here is derived and may be deleted and made anew.
Leaves what an entry adds to `core.applications.figures`. DESIGN 6.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select

from ledger.core.applications.figures import Fact, Stage
from ledger.core.applications.figures_report import Times, Waiting
from ledger.errors import VerificationFailed
from ledger.storage.forms import Instant
from ledger.storage.rows import row_of, values_of
from ledger.storage.tables import applications as table
from ledger.storage.tables import log as log_table
from ledger.storage.tables import messages

READER = "figures"  # of log_cursor: how far the fold has read
_FACT, _STAGE = table.approval_fact.c, table.approval_stage.c
P50, P90 = 50, 90


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which entries count: of one log, from a time on, before another, of one policy or of all (None)."""

    log_id: int
    since: str
    until: str
    policy_id: str | None = None


@dataclass(frozen=True)
class PlacedFact:
    """A fact, of which application and at which index."""

    idx: int
    application_id: str
    fact: Fact


@dataclass(frozen=True)
class StageRow:
    """A `Stage` as it is stored."""

    state: str
    version: int
    step: int
    stage: str
    since: Instant
    due_on: str
    policy_id: str
    path: str


def next_size(tx: Connection, log_id: int, folded: int, *, most: int) -> int | None:
    """Return the size of the checkpoint up to which to fold next: about `most` entries on; None when none is newer."""
    sizes = log_table.checkpoint.c
    here = sizes.log_id == log_id
    far = tx.scalar(select(func.max(sizes.size)).where(here, sizes.size <= folded + most))
    if far is not None and far > folded:
        return int(far)
    near = tx.scalar(select(func.min(sizes.size)).where(here, sizes.size > folded))
    return None if near is None else int(near)


def application_entries(tx: Connection, log_id: int, start: int, end: int) -> list[tuple[Any, ...]]:
    """Return (idx, entry_id, leaf_hash, data, n, subject_kind, subject_id) of the applications' entries in [start, end)."""
    rows = log_table.entry.c
    where = (rows.log_id == log_id, rows.idx >= start, rows.idx < end, rows.subject_kind == "application")
    columns = (rows.idx, rows.entry_id, rows.leaf_hash, rows.data, rows.n, rows.subject_kind, rows.subject_id)
    return [tuple(row) for row in tx.execute(select(*columns).where(*where).order_by(rows.idx))]


def stages(tx: Connection, applications: Sequence[str]) -> dict[str, Stage]:
    """Return where these applications stand."""
    columns = [_STAGE[name] for name in StageRow.__dataclass_fields__]
    found: dict[str, Stage] = {}
    for start in range(0, len(applications), 500):
        wanted = _STAGE.application_id.in_(applications[start : start + 500])
        for row in tx.execute(select(_STAGE.application_id, *columns).where(wanted)):
            found[row[0]] = Stage(**values_of(row_of(StageRow, row[1:])))  # type: ignore[arg-type]  # by its fields
    return found


def add_facts(tx: Connection, log_id: int, facts: Sequence[PlacedFact], now: Mapping[str, Stage]) -> None:
    """Store facts, and where their applications stand after them."""
    if not facts:
        return
    rows = [
        {"log_id": log_id, "idx": each.idx, "application_id": each.application_id, **vars(each.fact)} for each in facts
    ]
    tx.execute(insert(table.approval_fact), rows)
    names = list(now)
    for start in range(0, len(names), 500):
        tx.execute(delete(table.approval_stage).where(_STAGE.application_id.in_(names[start : start + 500])))
    tx.execute(
        insert(table.approval_stage),
        [{"application_id": name, "log_id": log_id, **vars(stage)} for name, stage in now.items()],
    )


def forget_facts(tx: Connection, log_id: int) -> None:
    """Delete what was derived from a log, so that it is folded anew from its first entry."""
    tx.execute(delete(table.approval_fact).where(_FACT.log_id == log_id))
    tx.execute(delete(table.approval_stage).where(_STAGE.log_id == log_id))
    cursor = messages.log_cursor.c
    tx.execute(delete(messages.log_cursor).where(cursor.reader == READER, cursor.log_id == log_id))


def stage_times(tx: Connection, asked: Asked) -> dict[str, Times]:
    """Return for each stage the times of those that ended."""
    return _times(tx, _FACT.stage, [*_in(asked), _FACT.ends == 1])


def actor_times(tx: Connection, asked: Asked) -> dict[str, Times]:
    """Return for each person the times from a stage's beginning to their decision."""
    return _times(tx, _FACT.actor, _in(asked))


def moves(tx: Connection, asked: Asked) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many applications moved to each state, and how many of them by a rule set."""
    all_of, automated = dict[str, int](), dict[str, int]()
    statement = select(_FACT.moved, _FACT.automated, func.count()).where(*_in(asked), _FACT.moved > "")
    for named, by_rules, count in tx.execute(statement.group_by(_FACT.moved, _FACT.automated)):
        moved = _word(named)
        all_of[moved] = all_of.get(moved, 0) + count
        if by_rules:
            automated[moved] = count
    return all_of, automated


def waiting(tx: Connection, log_id: int, policy_id: str | None, today: str) -> dict[str, Waiting]:
    """Return for each stage what waits in it now, and how much of it since before today."""
    where = [_STAGE.log_id == log_id, _STAGE.stage > ""]
    where += [] if policy_id is None else [_STAGE.policy_id == policy_id]
    late = func.sum(case(((_STAGE.due_on > "") & (_STAGE.due_on < today), 1), else_=0))
    statement = select(_STAGE.stage, func.count(), late).where(*where).group_by(_STAGE.stage)
    return {
        _word(stage): Waiting(count=count, overdue=int(overdue or 0)) for stage, count, overdue in tx.execute(statement)
    }


def _in(asked: Asked) -> list[ColumnElement[bool]]:
    where = [_FACT.log_id == asked.log_id, _FACT.at >= asked.since, _FACT.at < asked.until]
    return where if asked.policy_id is None else [*where, _FACT.policy_id == asked.policy_id]


def _times(tx: Connection, by: ColumnElement[str], where: Sequence[ColumnElement[bool]]) -> dict[str, Times]:
    sums = select(by, func.count(), func.sum(_FACT.seconds), func.sum(_FACT.late))
    counted = sums.where(*where, by > "").group_by(by)
    return {
        _word(name): Times(
            count=count,
            total=_number(total),
            p50=_rank(tx, [*where, by == name], count, P50),
            p90=_rank(tx, [*where, by == name], count, P90),
            late=_number(late),
        )
        for name, count, total, late in tx.execute(counted).all()
    }


def _rank(tx: Connection, where: Sequence[ColumnElement[bool]], count: int, percent: int) -> int:
    """Return the smallest of `count` values that at least `percent` of a hundred do not exceed; walked to from the nearer end."""
    place = -(-count * percent // 100) - 1
    from_end = count - 1 - place
    order, skip = (_FACT.seconds, place) if place <= from_end else (_FACT.seconds.desc(), from_end)
    return _number(tx.scalar(select(_FACT.seconds).where(*where).order_by(order).limit(1).offset(skip)))


def _number(value: object) -> int:
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]  # PostgreSQL sums to a decimal; what is no number is refused
    except (TypeError, ValueError) as error:
        raise _altered() from error


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise _altered()
    return value


def _altered() -> VerificationFailed:
    return VerificationFailed(
        "row.altered", "a row of the figures is none that was counted: the operator should run `tally audit`"
    )
