"""The figures of approvals over a period, counted from what the fold took out of the log, stamped with the checkpoint it had reached."""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.applications.figures_report import Figures
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput, Unavailable
from ledger.services.applications.fold_figures import business_time
from ledger.services.context import Act, Stores
from ledger.storage import figures as rows
from ledger.storage.database import Connection
from ledger.storage.logs import checkpoint_of_size, log_of_institution
from ledger.storage.notices import read_cursor


@dataclass(frozen=True, kw_only=True)
class Span:
    """What is counted: from a moment on, before another, under one policy or all."""

    since: datetime
    until: datetime
    policy_id: str | None = None


@dataclass(frozen=True)
class Stamp:
    """The checkpoint at which the figures were counted: every entry below `size` is in them, none above."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, kw_only=True)
class CountedFigures:
    """The figures of each span that was asked for, all at one checkpoint; `zone` is that of the business days."""

    stamp: Stamp
    zone: str
    figures: tuple[Figures, ...]


def read_figures(stores: Stores, act: Act, *spans: Span) -> CountedFigures:
    """Return the figures of each span; raise NotAllowed, InvalidInput("period.invalid"), Unavailable("figures.none")."""
    require(act.principal, Action.FIGURES_READ, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    for span in spans:
        if span.since >= span.until:
            raise InvalidInput("period.invalid", "expected a period that ends after it begins", field="until")
    return stores.database.read(lambda tx: _read(tx, act, spans))


def _read(tx: Connection, act: Act, spans: tuple[Span, ...]) -> CountedFigures:
    log = log_of_institution(tx, act.principal.institution_id)
    folded = 0 if log is None else read_cursor(tx, rows.READER, log.id)
    checkpoint = None if log is None else checkpoint_of_size(tx, log.id, folded)
    clock = business_time(tx, act.principal.institution_id)
    if log is None or checkpoint is None or clock is None:
        raise Unavailable("figures.none", "nothing has been counted yet; a worker does it within seconds, ask again")
    today = clock.day_of(act.now)
    return CountedFigures(
        stamp=Stamp(log.origin, checkpoint.size, checkpoint.root),
        zone=str(clock.zone),
        figures=tuple(_count(tx, log.id, span, today) for span in spans),
    )


def _count(tx: Connection, log_id: int, span: Span, today: str) -> Figures:
    asked = rows.Asked(
        log_id=log_id,
        since=format_instant(span.since),
        until=format_instant(span.until),
        policy_id=span.policy_id,
    )
    moved, automated = rows.moves(tx, asked)
    return Figures(
        stages=rows.stage_times(tx, asked),
        approvers=rows.actor_times(tx, asked),
        moved=moved,
        automated=automated,
        waiting=rows.waiting(tx, log_id, span.policy_id, today),
    )
