"""An audit of a whole ledger: clean when it is, while it is written to, spread over processes; and its result on record."""

import functools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.core.log.audit_findings import AuditReport
from ledger.core.log.entry import parse_entry
from ledger.core.log.permissions import Principal, Role
from ledger.errors import InvalidInput, NotAllowed, Unavailable
from ledger.services.log.add_person import NewPerson, add_person
from ledger.services.log.audit import Progress, Scope, audit
from ledger.services.log.audit_record import record_audit, report_bytes
from ledger.services.log.audit_run import plan, run_spread
from ledger.storage.log import pending_by_id
from ledger.storage.logs import checkpoint_covering
from ledger.storage.tables import METADATA
from support.audited import OFFICER, Audited, audited_ledger, reopen

SECRETS = ("Wang Xiaoming", "Li Hua", "Otto Officer", "Ada Admin", "5000000")


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[Audited]:
    with audited_ledger(tmp_path) as opened:
        yield opened


def test_untouched_ledger_has_no_finding_and_its_chain_agrees(audited: Audited) -> None:
    seen: list[Progress] = []
    report = audit(audited.ledger.stores, audited.client, Scope(), seen.append)
    assert report.is_clean, report.findings
    assert report.chain_checked
    assert report.counts["entries"] == sum(log.entries for log in report.logs)
    assert (seen[0].done, seen[-1].done) == (0, seen[-1].total)


def test_without_a_client_the_chain_is_said_to_be_unchecked(audited: Audited) -> None:
    report = audited.audit()
    assert report.is_clean
    assert not report.chain_checked


def test_ledger_that_is_written_to_meanwhile_has_no_finding(audited: Audited) -> None:
    stop, errors = threading.Event(), list[BaseException]()
    stores, key = audited.ledger.stores, audited.ledger.key

    def write() -> None:
        try:
            number = 0
            while not stop.is_set():
                number += 1
                add_person(stores, audited.act(), NewPerson(f"Person {number}", (Role.OFFICER,)), key)
                audited.sequence()
        except BaseException as error:  # noqa: BLE001  # handed to the test, which fails with it
            errors.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reports = [audited.audit() for _ in range(8)]
    finally:
        stop.set()
        writer.join()
    assert not errors
    assert [report.findings for report in reports] == [()] * 8
    assert reports[-1].counts["entries"] > reports[0].counts["entries"]


def test_parts_in_other_processes_find_what_they_find_here(audited: Audited) -> None:
    agreements = audited.tamper("UPDATE agreement SET number = 'X' || number")
    expected = {finding for finding in audited.audit().findings if finding.kind == "agreement"}
    tasks = audited.ledger.stores.database.read(plan)
    done = list(run_spread(tasks, 2, functools.partial(reopen, audited.folder)))
    found = {(item.id, item.field) for part in done for item in part.gathered.findings if item.kind == "agreement"}
    assert found == {(item.id, item.field) for item in expected}
    assert len(found) == agreements


def test_changed_field_names_record_field_and_first_bad_checkpoint(audited: Audited) -> None:
    audited.tamper("UPDATE agreement SET terms_sha256 = zeroblob(32) WHERE rowid = 1")
    (finding,) = audited.audit().findings
    assert (finding.kind, finding.field, finding.found) == ("agreement", "terms_sha256", "00" * 32)
    assert finding.index is not None
    assert finding.first_bad_checkpoint is not None
    assert finding.first_bad_checkpoint > finding.index


def test_changed_entry_names_the_first_checkpoint_that_no_longer_holds(audited: Audited) -> None:
    audited.tamper("UPDATE entry SET data = replace(data, 'officer', 'auditor') WHERE log_id = 1 AND idx = 5")
    log = audited.ledger.stores.database.read(lambda tx: checkpoint_covering(tx, 1, 5))
    assert log is not None
    report = audited.audit()
    assert next(item for item in report.logs if item.first_bad_checkpoint is not None).first_bad_checkpoint == log.size
    assert {"checkpoint.root-differs", "object.differs", "row.differs"} <= {item.code for item in report.findings}
    assert {item.first_bad_checkpoint for item in report.findings if item.index == 5} == {log.size}


def test_report_of_a_broken_ledger_shows_no_personal_value(audited: Audited) -> None:
    for table in METADATA.tables.values():
        for column in table.columns:
            is_name = str(column.type) == "TEXT" and column.name != "origin"  # origins are public
            if is_name and not column.primary_key and not column.unique:
                audited.tamper(f'UPDATE OR IGNORE "{table.name}" SET "{column.name}" = \'Wang Xiaoming\'')  # noqa: S608  # our own names
    report = audited.audit()
    assert report.total > 100
    text = report_bytes(report).decode()
    assert [secret for secret in SECRETS if secret in text] == []


def test_result_is_an_entry_that_names_the_report(audited: Audited) -> None:
    report = audited.audit()
    written = record_audit(audited.ledger.stores, audited.ledger.auditor(), report)
    row = audited.ledger.stores.database.read(lambda tx: pending_by_id(tx, written.entry_id))
    assert row is not None
    entry = parse_entry(row.data)
    assert (entry.type, entry.public["size"], entry.public["findings"]) == ("audit.finished", report.logs[0].size, 0)
    assert audited.audit().is_clean


def test_result_is_not_recorded_by_somebody_who_may_not_audit(audited: Audited) -> None:
    with pytest.raises(NotAllowed):
        record_audit(audited.ledger.stores, audited.act(OFFICER), audited.audit())


def test_result_of_other_logs_or_for_an_unknown_institution_is_not_recorded(audited: Audited) -> None:
    report = audited.audit()
    nothing = AuditReport(findings=(), total=0, notes=(), counts={}, logs=(), chain_checked=False)
    with pytest.raises(InvalidInput, match="of other logs"):
        record_audit(audited.ledger.stores, audited.ledger.auditor(), nothing)
    stranger = Principal("a", "lender-8", frozenset({Role.AUDITOR}), "person")
    with pytest.raises(Unavailable):
        record_audit(audited.ledger.stores, audited.act(stranger), report)


def test_destroyed_record_key_is_a_note_and_its_fields_are_not_missed(audited: Audited) -> None:
    stores = audited.ledger.stores
    (agreement,) = stores.database.read(lambda tx: list(tx.exec_driver_sql("SELECT id FROM agreement LIMIT 1")))
    stores.record_keys.destroy(agreement[0], at="2026-11-24T00:00:00.000Z")
    audited.tamper("DELETE FROM vault_field WHERE record_id = ?", (agreement[0],))
    audited.tamper("DELETE FROM blind_index WHERE subject_id = ?", (agreement[0],))
    report = audited.audit()
    assert report.is_clean, report.findings
    assert {note.code for note in report.notes} == {"record.erased"}
