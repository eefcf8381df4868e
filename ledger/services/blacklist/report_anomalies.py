"""Report patterns of enumeration among the requests that the evaluators of this machine remember, to auditors and operators.

Promises: counts only; whom anybody asked about is known to nobody here. A request that several evaluators answered counts once.
Leaves to others: evaluators elsewhere, whose operators run the same report on their own; what a pattern means.
"""

from datetime import date, timedelta

from ledger.core.blacklist.anomalies import HISTORY_DAYS, MARK_BYTES, Anomaly, Asked, Known, anomalies
from ledger.core.log.instants import instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.services.context import Act, Stores
from ledger.storage.database import Connection
from ledger.storage.evaluator_requests import RememberedRow, applications_of, listings_of_day, remembered


def report_anomalies(stores: Stores, act: Act, day: date) -> list[Anomaly]:
    """Return what stands out on a day (UTC); raise NotAllowed."""
    require(act.principal, Action.BLACKLIST_AUDIT, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    return stores.database.read(lambda tx: _report(tx, day))


def _report(tx: Connection, day: date) -> list[Anomaly]:
    first = (day - timedelta(days=HISTORY_DAYS)).isoformat()
    rows = remembered(tx, first, day.isoformat())
    institutions = sorted({row.institution_id for row in rows})
    known = Known(
        applications=applications_of(tx, institutions, day.isoformat()),
        listings=listings_of_day(tx, day.isoformat()),
    )
    return anomalies(list({row.nonce: _asked(row) for row in rows}.values()), day, known)


def _asked(row: RememberedRow) -> Asked:
    marks = tuple(row.marks[at : at + MARK_BYTES] for at in range(0, len(row.marks), MARK_BYTES))
    return Asked(institution=row.institution_id, reason=row.reason, items=row.items, at=instant(row.at), marks=marks)
