"""`tally up` with several HTTP processes: one service, whichever of them answers, and whichever of them is killed."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx2
import psutil
import pytest

from support.live_service import PASSPHRASE, Caller
from support.loans import Loan, agreement_of, loan, party, pdf
from support.shared_data import REPOSITORY

UP = "import sys; sys.argv = ['tally', 'up']; from api.cli import main; main()"
PROCESSES = 2
WAIT_SECONDS = 30.0


class Up:
    """A running `tally up`."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, folder: Path) -> None:
        self.process, self.url, self.folder = process, url, folder
        self.clients = ExitStack()

    def http(self) -> list[psutil.Process]:
        """The processes that serve; one that was killed and not yet buried is none."""
        found = psutil.Process(self.process.pid).children()
        alive = [each for each in found if each.status() != psutil.STATUS_ZOMBIE]
        return [each for each in alive if "http_process" in str(each.cmdline())]

    def caller(self, token: str) -> Caller:
        """A caller with connections of its own for each request, so that any process may answer."""
        headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
        client = httpx2.Client(base_url=self.url, headers=headers, timeout=60)
        return Caller(self.clients.enter_context(client), token)

    def officer(self) -> Caller:
        token = (self.folder / "keys" / "DEMO" / "administrator.token").read_text().strip()
        administrator = self.caller(token)
        person = administrator.post("/v1/people", json={"name": "Olga", "roles": ["officer"]}).json()["id"]
        return self.caller(administrator.post("/v1/api-keys", json={"principal_id": person}).json()["token"])


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    settings = {"DATA": folder / "data", "PORT": 0, "PROCESSES": PROCESSES, "KEY_PASSPHRASE": PASSPHRASE}
    environment = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY)}
    environment |= {f"TALLY_{name}": str(value) for name, value in settings.items()}
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", UP], env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None
            url = next((match[1] for line in process.stdout if (match := re.search(r"(http://[\d.:]+)", line))), None)
            assert url is not None, (folder / "log.txt").read_text()
            found = Up(process, url, folder / "data")
            with found.clients:
                yield found
        finally:
            process.kill()
            process.communicate(timeout=30)


@pytest.fixture(scope="module")
def officer(up: Up) -> Caller:
    return up.officer()


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_as_many_processes_serve_as_the_setting_says(up: Up) -> None:
    assert len(up.http()) == PROCESSES


def test_writes_through_several_processes_keep_gapless_numbers_and_get_receipts(officer: Caller) -> None:
    def create(_: int) -> str:
        answer = officer.create(pdf(), agreement_of(party()))
        assert answer.status_code == 201, answer.text
        assert answer.json()["receipt"]["entry"]
        return str(officer.get(answer.json()["location"]).json()["number"])

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(int(re.findall(r"\d+", number)[-1]) for number in pool.map(create, range(16)))
    assert numbers == list(range(numbers[0], numbers[0] + 16))


def test_one_request_sent_to_several_processes_at_once_is_done_once(officer: Caller) -> None:
    made: Loan = loan(officer)
    statement = made.statement()
    signature = made.parties[0].sign(statement)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: made.submit(statement, signature, key="one-and-the-same"), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["entry"] for answer in answers}) == 1


def test_the_chain_is_asked_through_whichever_process_answers(up: Up) -> None:
    question = {"jsonrpc": "2.0", "id": 7, "method": "eth_chainId", "params": []}
    answers = {httpx2.post(f"{up.url}/rpc", json=question).json()["result"] for _ in range(6)}
    assert len(answers) == 1
    forbidden = {**question, "method": "eth_sendRawTransaction", "params": ["0x00"]}
    assert httpx2.post(f"{up.url}/rpc", json=forbidden).json()["error"]["code"] == -32601


def test_a_killed_process_is_replaced_and_loses_nothing_that_was_answered(up: Up, officer: Caller) -> None:
    made = loan(officer)
    signed = made.sign()
    assert signed.status_code == 201
    before = up.http()
    before[0].kill()
    eventually(lambda: len(up.http()) == PROCESSES and before[0].pid not in {each.pid for each in up.http()})

    def answers() -> bool:
        try:
            return officer.get(made.path).status_code == 200
        except httpx2.HTTPError:
            return False

    eventually(answers)
    receipt = officer.get(f"/v1/entries/{signed.json()['entry']}/receipt")
    assert receipt.status_code == 200


def test_no_process_outlives_the_one_that_started_it(up: Up) -> None:
    served = up.http()
    up.process.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(served, timeout=WAIT_SECONDS)
    assert alive == []
