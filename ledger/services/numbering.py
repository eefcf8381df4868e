"""The institution a record belongs to, and its next number for contracts or applications (DESIGN section 1).

Promises: a number is given once. Where its transaction commits and the record does not come to be, the number is a gap.
"""

from datetime import date
from zoneinfo import ZoneInfo

from ledger.core.log.directory import parse_numbering_rule
from ledger.errors import Unavailable
from ledger.services.context import Act
from ledger.services.log.stop import require_running
from ledger.storage.database import Connection
from ledger.storage.directory import InstitutionRow, institution_by_id, next_number
from ledger.storage.logs import LogRow, log_of_institution


def home(tx: Connection, institution_id: str) -> tuple[InstitutionRow, LogRow]:
    """Return the institution and its running log; raise Unavailable where there is none."""
    institution, log = institution_by_id(tx, institution_id), log_of_institution(tx, institution_id)
    if institution is None or log is None:
        raise Unavailable(
            "institution.unknown",
            "this institution has no log here; the operator opens one with `tally db institution`",
        )
    require_running(tx, log.id)  # before the document is stored, not only when its entry is queued
    return institution, log


def take_number(tx: Connection, act: Act, institution: InstitutionRow, kind: str = "agreement") -> str:
    """Return the next number by the institution's rule, for its own day."""
    rule = parse_numbering_rule(institution.numbering_rule)
    day = local_day(act, institution)
    sequence = next_number(tx, institution.id, kind, rule.period(day))
    return rule.number(code=institution.code, day=day, sequence=sequence)


def local_day(act: Act, institution: InstitutionRow) -> date:
    """Return the day of the act where the institution is."""
    return act.now.astimezone(ZoneInfo(institution.zone)).date()
