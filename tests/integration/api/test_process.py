"""`tally up` as a process of its own: what it writes to its log, and what a kill leaves."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from support.live_service import PASSPHRASE, Caller
from support.loans import agreement_of, loan, party, pdf
from support.shared_data import REPOSITORY

NAME, PERSON = "Lin Unforgettable", "Olga Memorable"
UP = "import sys; sys.argv = ['tally', 'up']; from api.cli import main; main()"


@contextmanager
def _up(folder: Path, log: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start `tally up` with the most talkative log; kill it at the end, as a power cut would."""
    settings = {"DATA": folder, "PORT": "0", "LOG_LEVEL": "debug", "KEY_PASSPHRASE": PASSPHRASE}
    environment = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY)}
    environment |= {f"TALLY_{name}": str(value) for name, value in settings.items()}
    with log.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", UP], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            assert process.stdout is not None
            url = next((match[1] for line in process.stdout if (match := re.search(r"(http://[\d.:]+)", line))), None)
            assert url is not None, log.read_text()
            yield url, process
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=30)


def _caller(url: str, token: str) -> Caller:
    return Caller(httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60), token)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What two lives of one installation, each ended by a kill, said and answered."""
    folder, key = tmp_path_factory.mktemp("killed"), "one-and-the-same-key"
    log, document, agreement = folder / "log.txt", pdf(), agreement_of(party(name=NAME))
    with _up(folder / "data", log) as (url, _):
        token = (folder / "data" / "keys" / "DEMO" / "administrator.token").read_text().strip()
        administrator = _caller(url, token)
        person = administrator.post("/v1/people", json={"name": PERSON, "roles": ["officer"]}).json()["id"]
        issued = administrator.post("/v1/api-keys", json={"principal_id": person}).json()["token"]
        officer = _caller(url, issued)
        first = officer.create(document, agreement, key=key)
        assert loan(officer, party(name=NAME)).sign().status_code == 201
        officer.get("/v1/agreements", params={"search": "name", "value": NAME})
        officer.create(b"junk " + NAME.encode(), json.dumps({NAME: NAME}))
        officer.get(f"/v1/agreements/{NAME}")
        officer.http.get("/v1/me", headers={"Authorization": f"Bearer {issued}x"})
        administrator.http.close()
        officer.http.close()
    with _up(folder / "data", log) as (url, _):
        officer = _caller(url, issued)
        again = officer.create(document, agreement, key=key)
        ready = officer.get("/readyz")
        officer.http.close()
    answers = {
        "first": first.text,
        "again": again.text,
        "status": str(again.status_code),
        "ready": str(ready.status_code),
    }
    return {**answers, "log": log.read_text(), "administrator": token, "officer": issued}


def test_an_idempotency_key_outlives_a_kill(killed: dict[str, str]) -> None:
    first, again = json.loads(killed["first"]), json.loads(killed["again"])
    assert killed["status"] == "201"
    assert (first["id"], first["entry"]) == (again["id"], again["entry"])
    assert killed["ready"] == "200"


@pytest.mark.parametrize("secret", [NAME, PERSON, PASSPHRASE, "Unforgettable", "Memorable", "12000000"])
def test_the_log_holds_no_personal_data_and_no_passphrase(killed: dict[str, str], secret: str) -> None:
    assert secret not in killed["log"]


@pytest.mark.parametrize("who", ["administrator", "officer"])
def test_the_log_holds_no_token_nor_part_of_one(killed: dict[str, str], who: str) -> None:
    for part in killed[who].split("_")[1:]:
        assert part not in killed["log"]


def test_the_log_holds_no_traceback_and_only_json_of_ours(killed: dict[str, str]) -> None:
    assert "Traceback" not in killed["log"]
    assert 'File "' not in killed["log"]
    for line in killed["log"].splitlines():
        assert line.startswith(("{", "WARNING ", "ERROR ")), line
