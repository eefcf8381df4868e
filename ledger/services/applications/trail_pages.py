"""The trail page by page in the order of the log, opened: read here, or by processes of their own while the replay goes on.

Promises: the same pages either way, each read in a snapshot of its own, up to a size of the log that was fixed before; no more than a
few pages wait. A field that does not open is left to `tally audit`. Leaves to others: what the entries mean (core.applications.replay).
"""

import marshal
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

from ledger.core.applications.replay_rows import DECISION_COLUMNS
from ledger.core.applications.replay_sending import HANDLERS as SENDING
from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.audit_entry import Placed
from ledger.core.log.audit_findings import Gathered
from ledger.services.applications.trail import COLUMNS, NOT_NEEDED, placed_of, trail_entry
from ledger.services.applications.trail_signatures import signing_keys
from ledger.services.context import Stores
from ledger.services.log.audit_run import OpenStores
from ledger.services.log.audit_vault import Values, Vault
from ledger.storage.audit_reads import Read, decision_rows, stream
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json

KINDS = frozenset({"institution", "person", "key", "policy", "ruleset", "delegation", "application", "agreement"})
DECIDED = "application.decided"
ENTRIES = 500  # of a page at most: their vault fields are fetched at once, below the parameter limit of every SQLite
READERS = 2  # processes
AHEAD = 8  # pages that may wait for the replay
SMALL = 20_000  # entries below which starting a process costs more than it saves


@dataclass(frozen=True)
class Page:
    """Some entries in their order, opened, with the rows of their decisions by entry, as they are."""

    entries: list[TrailEntry]
    decisions: dict[str, dict[str, object]]


@dataclass(frozen=True)
class Span:
    """The entries first <= index < last of a log."""

    log: LogRow
    first: int
    last: int


def read_pages(stores: Stores, log: LogRow, size: int) -> Iterator[Page]:
    """Yield the pages of the first `size` entries, each read when it is asked for."""
    return (read_page(stores, span) for span in _spans(log, size))


def read_pages_ahead(reopen: OpenStores, log: LogRow, size: int) -> Iterator[Page]:
    """Yield the same pages, read ahead by processes that open the stores with `reopen` (picklable)."""
    context = get_context("spawn")  # a forked child would share database connections and threads' locks
    with ProcessPoolExecutor(READERS, mp_context=context, initializer=_begin, initargs=(reopen,)) as pool:
        waiting: deque[Future[bytes]] = deque()
        for span in _spans(log, size):
            waiting.append(pool.submit(_read, span))
            if len(waiting) > AHEAD:
                yield _unpacked(waiting.popleft().result())
        while waiting:
            yield _unpacked(waiting.popleft().result())


def _spans(log: LogRow, size: int) -> Iterator[Span]:
    return (Span(log, first, min(first + ENTRIES, size)) for first in range(0, size, ENTRIES))


def read_page(stores: Stores, span: Span) -> Page:
    """Return one page, read in a snapshot of its own."""
    return stores.database.read(lambda tx: _page(tx, stores, span))


def _page(tx: Connection, stores: Stores, span: Span) -> Page:
    placed = list(_placed(tx, span))
    values = Vault.of(tx, stores, Gathered()).open(placed, but=NOT_NEEDED)
    return Page([trail_entry(item, values[item.entry.id]) for item in placed], _decisions(tx, placed))


def _placed(tx: Connection, span: Span) -> Iterator[Placed]:
    equal: dict[str, object] = {"log_id": span.log.id}
    read = Read(table="entry", columns=COLUMNS, order=("idx",), equal=equal, first=span.first, last=span.last)
    for raw in stream(tx, read):
        placed = placed_of(span.log, raw) if raw[5] in KINDS else None
        if placed is not None and _concerns(placed):
            yield placed


def _concerns(placed: Placed) -> bool:
    """Say whether an entry is one that the replay reads: of agreements those alone that make and send them."""
    return placed.entry.subject.kind != "agreement" or placed.entry.type in SENDING


def _decisions(tx: Connection, placed: Sequence[Placed]) -> dict[str, dict[str, object]]:
    ids = [item.entry.id for item in placed if item.entry.type == DECIDED]
    rows = decision_rows(tx, DECISION_COLUMNS, ids) if ids else []
    return {str(row[0]): dict(zip(DECISION_COLUMNS, row, strict=True)) for row in rows}


_OPENED: list[Stores] = []  # of the reading process: what its initializer opened


def _begin(reopen: OpenStores) -> None:
    _OPENED[:] = [reopen()]


def _read(span: Span) -> bytes:
    page = read_page(_OPENED[0], span)
    return _packed(page, _OPENED[0].database.read(lambda tx: signing_keys(tx, span.log.institution_id, page.entries)))


def _packed(page: Page, keys: Mapping[str, PublicKey]) -> bytes:
    """Return a page as bytes for the other process of this very program: plain values, for which marshal takes a third of pickle's time."""
    entries = [
        (
            one.index,
            one.id,
            one.type,
            one.kind,
            one.subject,
            one.at.isoformat(),
            dict(one.facts),
            dict(one.values),
            one.n,
            one.leaf,
            tuple(one.closed),
        )
        for one in page.entries
    ]
    signed = {name: (str(key.suite), key.raw) for name, key in keys.items()}
    return marshal.dumps((entries, signed, page.decisions))


def _unpacked(data: bytes) -> Page:
    entries, signed, decisions = marshal.loads(data)  # noqa: S302  # of our own process, over its own pipe
    keys = {name: PublicKey(Suite(suite), raw) for name, (suite, raw) in signed.items()}
    return Page([_entry(keys.get(item[1]), *item) for item in entries], decisions)


def _entry(  # noqa: PLR0913, PLR0917  # the fields of an entry, in the order of `_packed`
    signed_by: PublicKey | None, index: int, name: str, of_type: str, kind: str, subject: str, at: str, facts: dict[str, Json], values: Values,
    n: int, leaf: bytes, closed: tuple[str, ...],
) -> TrailEntry:  # fmt: skip
    return TrailEntry(
        index=index, id=name, type=of_type, kind=kind, subject=subject, at=datetime.fromisoformat(at), facts=facts, values=values, n=n, leaf=leaf,
        closed=frozenset(closed), signed_by=signed_by
    )  # fmt: skip
