"""Answer 3: whether the entries are in a log that the verifier trusts, and follow one another.

Promises: "yes" only when every entry at hand is included, about one agreement, and in an order that number, previous hash
and index agree on. Leaves to others: whether further entries exist (answer 7).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ledger.core.evidence.answers import Answer, AnswerName, Reason, answer, no
from ledger.core.evidence.records import Record


def answer_log(records: Sequence[Record], agreement: str) -> Answer:
    """Answer for `records` sorted by their number `n`."""
    return answer(AnswerName.LOG, [*_places(records, agreement), *_order(records)])


def _places(records: Sequence[Record], agreement: str) -> Iterator[Reason]:
    for record in records:
        yield record.place
        if (record.entry.subject.kind, record.entry.subject.id) != ("agreement", agreement):
            yield no("log.other-subject", n=record.n)


def _order(records: Sequence[Record]) -> Iterator[Reason]:
    for earlier, later in pairwise(records):
        if not _follows(earlier, later):
            yield no("log.order-differs", n=later.n)


def _follows(earlier: Record, later: Record) -> bool:
    if (earlier.entry.log, earlier.entry.institution) != (later.entry.log, later.entry.institution):
        return False
    if earlier.n >= later.n or earlier.receipt.index >= later.receipt.index:
        return False
    return later.n > earlier.n + 1 or later.entry.subject.prev == earlier.leaf
