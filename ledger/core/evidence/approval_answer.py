"""Answer 8: the approval that an agreement was sent on, taken once more from the entries at hand (DESIGN sections 6 and 8).

Promises: every decision is replayed with the roles, keys and policies of the log, as `tally audit approvals` does; a finding of that
replay is a "no". What is not shown is "not checked". Leaves to others: entries that nobody shows (answer 10 says so).
"""

from collections.abc import Iterable, Iterator, Sequence

from ledger.core.evidence.answers import Fact, Reason, Verdict, no, not_checked
from ledger.core.evidence.key_records import check_directory
from ledger.core.evidence.records import Record
from ledger.core.evidence.trust import TrustPolicy
from ledger.core.log.entry import SIGNATURE_FIELD
from ledger.errors import LedgerError
from signing.errors import SigningError

_APPLICATION = "application"


def answer_approved(records: Sequence[Record], approvals: Sequence[Record], policy: TrustPolicy) -> Iterator[Reason]:
    """Return why an agreement is approved, is not, or cannot be said to be."""
    sent = next((record for record in records if record.entry.type == "agreement.sent"), None)
    if sent is None or "approval" not in sent.entry.private:
        yield not_checked("approved.not-recorded")
        return
    approval = sent.opened.get("approval")
    if not isinstance(approval, dict) or not approvals or not _shows_terms(records):
        yield not_checked("approved.not-shown")
        return
    refused = [*_unsound(approvals, sent, policy), *_gaps(approvals, str(approval.get("application")))]
    if refused:
        yield from refused
        return
    application, last = str(approval.get("application")), str(approval.get("entry"))
    if not any(is_of(record, application) and record.entry.id == last for record in approvals):
        yield not_checked("approved.not-shown")
        return
    # The rules of approval take 40 ms to import: only evidence that has an approval pays for them (aim: a cold verify in 0.3 s).
    from ledger.core.evidence.approval_replay import replayed  # noqa: PLC0415  # see above

    yield from replayed(records, approvals, application)


def _shows_terms(records: Iterable[Record]) -> bool:
    return any(record.entry.type == "agreement.created" and "terms" in record.opened for record in records)


def _unsound(approvals: Iterable[Record], sent: Record, policy: TrustPolicy) -> Iterator[Reason]:
    """Yield what keeps an entry from being relied upon: its place, its openings, its log, the institution's signature."""
    for record in approvals:
        facts: dict[str, Fact] = {"kind": record.entry.type, "index": record.receipt.index}
        if record.place.verdict is Verdict.NO:
            yield no("approved.not-in-log", **facts)
        elif not record.is_logged:
            yield not_checked("approved.unproven", **facts)
        if record.refused:
            yield no("approved.opening-differs", **facts, fields=", ".join(sorted(record.refused)))
        if record.entry.log != sent.entry.log:
            yield no("approved.other-log", **facts)
        if SIGNATURE_FIELD in record.entry.public:
            try:
                check_directory(record.entry, policy)
            except (LedgerError, SigningError) as error:
                yield no("approved.bad-signature", **facts, cause=error.code)


def _gaps(approvals: Iterable[Record], application: str) -> Iterator[Reason]:
    """Yield a reason where entries of the application are missing between those at hand, or do not follow one another."""
    own = sorted((item for item in approvals if is_of(item, application)), key=lambda item: item.n)
    before = None
    for place, record in enumerate(own, 1):
        if record.n != place:
            yield not_checked("approved.gap", n=place)
            return
        if record.entry.subject.prev != before:
            yield no("approved.broken-chain", n=place)
            return
        before = record.leaf
    if not own:
        yield not_checked("approved.gap", n=1)


def is_of(record: Record, application: str) -> bool:
    """Say whether an entry is one of this application's."""
    return record.entry.subject.kind == _APPLICATION and record.entry.subject.id == application
