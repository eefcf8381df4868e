"""What a writer is told when checkpoints are late, when a log was stopped, and while many wait (DESIGN section 3)."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.wiring import ids
from api.worker import Worker
from ledger.core.log.directory import format_instant
from ledger.errors import VerificationFailed
from ledger.services.log.stop import stop
from ledger.storage.logs import StatusRow, log_of_institution, set_log_status
from support.live_service import HOME, Caller, Service, running_service, settings_in
from support.loans import agreement_of, loan, party, pdf

ANSWER_SECONDS = 0.3


@pytest.fixture(scope="module")
def unsequenced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with four threads, an impatient deadline, and no worker."""
    settings = settings_in(tmp_path_factory.mktemp("unsequenced"), answer_seconds=ANSWER_SECONDS, threads=4)
    with running_service(settings, work=False) as running:
        yield running


@pytest.fixture
def stopped(service: Service) -> Iterator[Service]:
    """The shared service while the neighbour's log is stopped."""
    service.officer("BETA")
    database, owner = service.here.stores.database, service.institutions["BETA"].id
    log = database.read(lambda tx: log_of_institution(tx, owner))
    assert log is not None
    now = format_instant(ids.now())
    stop(database, log.id, VerificationFailed("log.file-differs", "found by a test"), at=now)
    yield service
    database.write(lambda tx: set_log_status(tx, StatusRow(log.id, "running", "", now)))


def test_a_write_that_no_checkpoint_covers_in_time_is_answered_202_and_its_receipt_comes_later(
    unsequenced: Service,
) -> None:
    administrator = unsequenced.administrator()
    answer = administrator.post("/v1/people", json={"name": "Patient", "roles": ["auditor"]})
    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "1"
    place = answer.headers["location"]
    assert answer.json()["receipt_location"] == place
    early = administrator.get(place)
    assert (early.status_code, early.json()["code"]) == (503, "entry.pending")
    assert early.headers["retry-after"]
    worker = Worker(unsequenced.here, ids.new_id())
    worker.start()
    try:
        assert _eventually(lambda: administrator.get(place).status_code == 200)
    finally:
        worker.close()


def test_those_who_wait_hold_no_thread(unsequenced: Service) -> None:
    administrator, nobody = unsequenced.administrator(), unsequenced.nobody()
    with ThreadPoolExecutor(200) as pool:
        waiting = [
            pool.submit(administrator.post, "/v1/people", json={"name": f"Waiter {number}"}) for number in range(200)
        ]
        slowest = max(_seconds(nobody, "/livez") for _ in range(20))
        statuses = {answer.result().status_code for answer in waiting}
    assert statuses == {202}
    assert slowest < 5, "an answer that needs no thread must not queue behind 200 writers"


def test_a_stopped_log_takes_no_write_and_stores_no_document(stopped: Service) -> None:
    officer = stopped.officer("BETA")
    objects = sorted(stopped.here.stores.objects.names("documents"))
    refused = officer.create(pdf(), agreement_of(party()))
    assert (refused.status_code, refused.json()["code"]) == (503, "log.stopped")
    assert refused.headers["retry-after"]
    assert sorted(stopped.here.stores.objects.names("documents")) == objects
    person = stopped.administrator("BETA").post("/v1/people", json={"name": "Too Late"})
    assert (person.status_code, person.json()["code"]) == (503, "log.stopped")


def test_a_stopped_log_still_reads_and_its_neighbour_still_writes(stopped: Service) -> None:
    assert stopped.officer("BETA").get("/v1/agreements").status_code == 200
    assert stopped.nobody().get("/log/beta/checkpoint").status_code == 200
    assert stopped.nobody().get("/livez").status_code == 200
    ready = stopped.nobody().get("/readyz")
    assert ready.status_code == 503
    checks = {check["name"]: check for check in ready.json()["checks"]}
    assert not checks["log:beta"]["ok"]
    assert "log.file-differs" in checks["log:beta"]["detail"]
    assert checks["log:alpha"]["ok"]
    assert stopped.administrator(HOME).post("/v1/people", json={"name": "Neighbour"}).status_code == 201


def test_fifty_creations_at_once_get_distinct_gapless_numbers_and_receipts(any_service: Service) -> None:
    officer = any_service.officer()
    before = officer.get("/v1/agreements", params={"limit": 200}).json()["items"]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: officer.create(pdf(), agreement_of(party())), range(50)))
    assert {answer.status_code for answer in answers} == {201}
    numbers = sorted(officer.get(answer.json()["location"]).json()["number"] for answer in answers)
    sequence = [int(number.rsplit("-", 1)[1]) for number in numbers]
    assert sequence == list(range(sequence[0], sequence[0] + 50))
    assert len(before) + 50 == len(officer.get("/v1/agreements", params={"limit": 200}).json()["items"])
    loan(officer)


def _eventually(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False


def _seconds(caller: Caller, path: str) -> float:
    start = time.monotonic()
    assert caller.get(path).status_code == 200
    return time.monotonic() - start
