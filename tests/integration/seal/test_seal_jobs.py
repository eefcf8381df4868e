"""Sealing as a job: killed at every step, two workers at once, refused and tried again, renewed; never complete without a seal."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ledger.core.log.audit_findings import AuditReport
from ledger.errors import Conflict, NotFound
from ledger.services.agreements.read_sealed_copy import read_sealed_copy
from ledger.services.agreements.renew_seal import renew_next
from ledger.services.agreements.seal import HOLD_SECONDS, SealProgress, seal_next
from ledger.services.agreements.seals_due import seals_due
from ledger.services.context import Stores
from ledger.services.log.audit import Scope, audit
from ledger.storage import agreements as rows
from ledger.storage import seals
from signing.keys.local_authority import TIME_STAMP_URL
from signing.pdf.seal import SealTools, seal
from support.audited import OFFICER, Audited, audited_ledger
from support.sealers import stores_in, turn_of
from support.sealing import DOWN_URL, EVIDENCE, LYING_URL, TEXT, Switchboard, local_authority, lying, now, seal_tools
from support.shared_data import REPOSITORY
from support.small_pdfs import small_pdf


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Audited]:
    """A ledger with one agreement that all have signed."""
    folder = tmp_path / "ledger"
    folder.mkdir()
    with audited_ledger(folder, filled=False) as opened:
        yield opened


def signed(ledger: Audited) -> str:
    agreement_id = ledger.agreement(signatures=2)
    ledger.sequence()
    return agreement_id


def state_of(stores: Stores, agreement_id: str) -> str:
    row = stores.database.read(lambda tx: rows.state_of(tx, agreement_id))
    assert row is not None
    return row.state


def versions_of(stores: Stores, agreement_id: str) -> list[seals.VersionRow]:
    return stores.database.read(lambda tx: seals.versions_of(tx, agreement_id))


def job_of(stores: Stores, agreement_id: str) -> seals.JobRow:
    row = stores.database.read(lambda tx: seals.job_of(tx, agreement_id))
    assert row is not None
    return row


def begin(ledger: Audited, agreement_id: str, tools: SealTools | None = None) -> SealProgress:
    """Take a turn over a signed agreement."""
    ledger.now += timedelta(seconds=1)
    done = seal_next(ledger.ledger.stores, turn_of("worker 1", ledger.now, tools or seal_tools()))
    assert done.agreement_id in (None, agreement_id)
    return done


def audited(stores: Stores) -> AuditReport:
    return audit(stores, None, Scope(), lambda _: None)


def test_a_seal_is_made_recorded_and_read_back(ledger: Audited) -> None:
    agreement_id, stores = signed(ledger), ledger.ledger.stores
    with pytest.raises(Conflict) as refused:
        read_sealed_copy(stores, ledger.act(OFFICER), agreement_id)
    assert refused.value.code == "seal.not-ready"
    assert seals_due(stores, ledger.now, days_ahead=1)
    assert begin(ledger, agreement_id) == SealProgress(agreement_id)
    assert not seals_due(stores, ledger.now, days_ahead=1)
    assert state_of(stores, agreement_id) == "complete"
    (version,) = versions_of(stores, agreement_id)
    copy = read_sealed_copy(stores, ledger.act(OFFICER), agreement_id)
    assert copy.version == version
    with pytest.raises(NotFound):
        read_sealed_copy(stores, ledger.act(OFFICER), agreement_id, version=2)
    ledger.sequence()
    assert audited(stores).is_clean


@pytest.mark.parametrize("fault", ["down", "lying"])
def test_a_failure_is_visible_and_tried_again_later_and_later(ledger: Audited, fault: str) -> None:
    agreement_id, stores, authority = signed(ledger), ledger.ledger.stores, local_authority()
    answers = {LYING_URL: lying(authority, lambda request: request.__setitem__("nonce", 1))}
    bad = seal_tools(authority, urls=[DOWN_URL if fault == "down" else LYING_URL], answers=answers)
    pauses = []
    for attempt in (1, 2, 3):
        assert begin(ledger, agreement_id, bad).code == "seal.no-time-stamp"
        job = job_of(stores, agreement_id)
        assert (job.attempts, job.last_code, state_of(stores, agreement_id)) == (
            attempt,
            "seal.no-time-stamp",
            "sealing",
        )
        assert begin(ledger, agreement_id, bad) == SealProgress()  # not due yet
        due = datetime.fromisoformat(job.next_at)
        pauses.append(due - datetime.fromisoformat(job.changed_at))
        ledger.now = due
    assert pauses == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert versions_of(stores, agreement_id) == []
    assert begin(ledger, agreement_id, seal_tools(authority)) == SealProgress(agreement_id)
    assert job_of(stores, agreement_id).last_code is None


@dataclass
class LeapingClock:
    """A clock that leaps thirty years ahead after so many looks."""

    looks: int
    taken: int = 0

    def __call__(self) -> datetime:
        self.taken += 1
        return now() + (timedelta(days=30 * 365) if self.taken > self.looks else timedelta(0))


def test_a_file_that_fails_its_own_check_is_discarded(ledger: Audited) -> None:
    agreement_id, stores = signed(ledger), ledger.ledger.stores
    counting = LeapingClock(looks=1000)
    seal(small_pdf(), EVIDENCE, replace(seal_tools(), clock=counting), TEXT)
    leaping = replace(seal_tools(), clock=LeapingClock(looks=counting.taken))  # only the check looks once more
    assert begin(ledger, agreement_id, leaping).code == "seal.self-check"
    assert versions_of(stores, agreement_id) == []
    assert state_of(stores, agreement_id) == "sealing"


def test_of_two_workers_one_records_and_the_other_s_file_is_discarded(ledger: Audited) -> None:
    agreement_id, stores = signed(ledger), ledger.ledger.stores
    authority = local_authority()
    first, second = seal_tools(authority), seal_tools(authority)
    reached, go_on = threading.Event(), threading.Event()

    class Waiting(Switchboard):
        def ask(self, url: str, body: bytes | None = None, *, media_type: str = "", most_bytes: int) -> bytes:
            reached.set()
            assert go_on.wait(30)
            return super().ask(url, body, media_type=media_type, most_bytes=most_bytes)

    slow = replace(first, web=Waiting(authority))
    ledger.now += timedelta(seconds=1)
    results: list[SealProgress] = []
    turn = turn_of("slow", ledger.now, slow)
    thread = threading.Thread(target=lambda: results.append(seal_next(stores, turn)))
    thread.start()
    assert reached.wait(30)
    assert seal_next(stores, turn_of("quick", ledger.now, second)) == SealProgress()  # the job is held
    later = ledger.now + timedelta(seconds=HOLD_SECONDS)
    assert seal_next(stores, turn_of("quick", later, second)) == SealProgress(agreement_id)
    go_on.set()
    thread.join(30)
    assert results == [SealProgress(agreement_id, "lease.lost")]
    assert len(versions_of(stores, agreement_id)) == 1
    ledger.sequence()
    report = audited(stores)
    assert report.is_clean
    assert [note.code for note in report.notes].count("object.unnamed") == 1  # what the slow one made


def test_killed_at_any_step_it_is_made_once_by_the_next_worker(ledger: Audited, tmp_path: Path) -> None:
    agreement_id = signed(ledger)
    (ledger.folder / "now").write_text(ledger.now.isoformat())
    steps = _kill_everywhere(ledger.folder, tmp_path / "cases")
    assert steps > 15
    for case in range(1, steps, 3):  # every third step
        stores = stores_in(tmp_path / "cases" / str(case))
        assert (state_of(stores, agreement_id) == "complete") == bool(versions_of(stores, agreement_id))
        later = ledger.now + timedelta(seconds=HOLD_SECONDS + 1)
        seal_next(stores, turn_of("next", later, seal_tools()))
        assert len(versions_of(stores, agreement_id)) == 1
        assert state_of(stores, agreement_id) == "complete"
        stores.database.close()


def _kill_everywhere(template: Path, cases: Path) -> int:
    program = REPOSITORY / "tests" / "support" / "sealers.py"
    paths = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")])
    done = subprocess.run(
        [sys.executable, str(program), str(template), str(cases)],
        env={**os.environ, "PYTHONPATH": paths},  # noqa: TID251  # the child needs what this process has
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    return int(done.stdout)


def test_a_renewal_is_a_new_version_and_a_failed_one_leaves_the_old(ledger: Audited) -> None:
    agreement_id, stores, authority = signed(ledger), ledger.ledger.stores, local_authority()
    assert begin(ledger, agreement_id, seal_tools(authority)).code is None
    ledger.sequence()
    (first,) = versions_of(stores, agreement_id)
    before = datetime.fromisoformat(first.renew_before)
    bad = turn_of("worker", ledger.now, seal_tools(authority, urls=[DOWN_URL]))
    assert renew_next(stores, bad, days_ahead=1) == SealProgress()  # far from its end
    days = (before - ledger.now).days + 1
    assert renew_next(stores, bad, days_ahead=days) == SealProgress(agreement_id, "seal.no-time-stamp")
    assert versions_of(stores, agreement_id) == [first]
    good = turn_of("worker", ledger.now + timedelta(minutes=1), seal_tools(authority, urls=[TIME_STAMP_URL]))
    assert renew_next(stores, good, days_ahead=days) == SealProgress(agreement_id)
    old, new = versions_of(stores, agreement_id)
    assert (old, new.version) == (first, 2)
    copies = [read_sealed_copy(stores, ledger.act(OFFICER), agreement_id, n).data for n in (1, 2)]
    assert copies[1].startswith(copies[0])
    ledger.sequence()
    assert audited(stores).is_clean


def test_the_audit_names_an_edited_row_and_a_changed_file(ledger: Audited) -> None:
    agreement_id, stores = signed(ledger), ledger.ledger.stores
    begin(ledger, agreement_id)
    ledger.sequence()
    ledger.tamper(
        "UPDATE sealed_version SET contract_bytes = 1 WHERE agreement_id = ? AND version = 1", (agreement_id,)
    )
    (finding,) = audited(stores).findings
    assert (finding.kind, finding.field) == ("sealed_version", "contract_bytes")
    (version,) = versions_of(stores, agreement_id)
    document = stores.database.read(lambda tx: rows.document_by_id(tx, version.document_id))
    assert document is not None
    file = ledger.folder / "objects" / document.object_name
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert {"document.altered"} <= {item.code for item in audited(stores).findings}
