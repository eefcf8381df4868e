"""The replay of an approval from receipts: apart from answer 8's checks of the receipts themselves, since it takes long to import.

Promises: the same replay as `tally audit approvals`, over the entries shown. Leaves to others: whether they are in the log.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from ledger.core.applications.replay import replay_trail
from ledger.core.applications.timeline import TrailEntry
from ledger.core.evidence.answers import Reason, no, not_checked, yes
from ledger.core.evidence.records import Record

_NOT_NEEDED = frozenset({"people", "held"})  # no replay rests on them, and who applied is not shown
_READ = ("agreement.created", "agreement.submitted", "agreement.sent")


def replayed(records: Iterable[Record], approvals: Sequence[Record], application: str) -> Iterator[Reason]:
    """Yield what the replay finds of the entries that make and send an agreement, and of those that its approval rests on."""
    own = [record for record in records if record.entry.type in _READ]
    replay = replay_trail([_trail_entry(record) for record in sorted([*own, *approvals], key=_index)])
    for finding in replay.findings:
        index = -1 if finding.index is None else finding.index
        yield no("approved.finding", finding=finding.code, index=index, expected=finding.expected, found=finding.found)
    if replay.unopened:
        yield not_checked("approved.not-shown")
    elif not replay.findings:
        policy, number = replay.rests_on(application)
        yield yes("approved.replayed", number=number, policy=policy, decisions=replay.decisions)


def _index(record: Record) -> int:
    return record.receipt.index


def _trail_entry(record: Record) -> TrailEntry:
    entry = record.entry
    return TrailEntry(
        index=record.receipt.index,
        id=entry.id,
        type=entry.type,
        kind=entry.subject.kind,
        subject=entry.subject.id,
        at=datetime.fromisoformat(entry.at),
        facts=entry.public,
        values=record.opened,
        n=entry.subject.n,
        leaf=record.leaf,
        closed=frozenset(entry.private.keys() - record.opened.keys() - _NOT_NEEDED),
    )
