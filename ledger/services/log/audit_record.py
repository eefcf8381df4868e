"""Put the result of an audit on record: size and root that were checked, how many findings, the report's hash."""

from hashlib import sha256

from ledger.core.log.audit_findings import AuditReport
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput, Unavailable
from ledger.services.context import Act, Stores, Written
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow, log_of_institution
from signing.canonical import Json, encode


def report_bytes(report: AuditReport) -> bytes:
    """Return the canonical bytes of a report, whose SHA-256 the entry names: keep them if the report is to be proved."""
    return encode(report.to_json())


def record_audit(stores: Stores, act: Act, report: AuditReport) -> Written:
    """Queue `audit.finished` in the main log of the caller's institution and return the audit's id.

    Raises NotAllowed, Unavailable("institution.unknown"), InvalidInput("audit.other-log") when the report is not of it.
    """
    require(act.principal, Action.AUDIT_RUN, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    audit_id = act.new_id()
    return stores.database.write(lambda tx: _write(tx, stores, act, report, audit_id))


def _write(tx: Connection, stores: Stores, act: Act, report: AuditReport, audit_id: str) -> Written:
    log = log_of_institution(tx, act.principal.institution_id)
    if log is None:
        raise Unavailable("institution.unknown", "this institution has no log here; the operator opens one first")
    event = Event(
        type="audit.finished",
        log=log,
        subject_kind="audit",
        subject_id=audit_id,
        role=min(act.principal.roles),
        record=RecordKey(log.institution_id, b""),  # no field is sealed: all of it is public
        facts=_facts(report, log),
    )
    return record(tx, stores, act, event).written(audit_id)


def _facts(report: AuditReport, log: LogRow) -> dict[str, Json]:
    checked = next((item for item in report.logs if item.origin == log.origin), None)
    if checked is None:
        raise InvalidInput("audit.other-log", f"expected a report that covers {log.origin}, got one of other logs")
    return {
        "size": checked.size,
        "root": checked.root.hex(),
        "findings": report.total,
        "report": sha256(report_bytes(report)).hexdigest(),
    }
