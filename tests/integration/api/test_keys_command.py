"""`tally keys enrol`, `registry` and `revoke`, as an officer runs them."""

import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from api.cli import run
from signing.algorithms import Suite
from signing.keys.files import create_key
from signing.keys.signer import open_signer
from support.live_service import Service

Tally = Callable[[Sequence[str]], tuple[int, str]]


@pytest.fixture
def tally(service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tally:
    monkeypatch.setenv("TALLY_URL", service.url)
    monkeypatch.setenv("TALLY_TOKEN", service.officer().token)

    def ran(arguments: Sequence[str]) -> tuple[int, str]:
        status = run(["keys", *arguments])
        shown = capsys.readouterr()
        return status, shown.out + shown.err

    return ran


def public_in(folder: Path) -> Path:
    key = open_signer(Suite.EIP712, secrets.token_bytes(32), purpose="signer").public
    file = folder / f"{secrets.token_hex(4)}.json"
    file.write_text(json.dumps(key.to_json(), sort_keys=True, separators=(",", ":")))
    return file


def test_key_is_enrolled_listed_replaced_and_revoked(tally: Tally, tmp_path: Path) -> None:
    identity = f"CN:{secrets.token_hex(9)}"
    status, shown = tally(["enrol", str(public_in(tmp_path)), "--identity", identity, "--json"])
    assert status == 0, shown
    old = json.loads(shown)["id"]
    status, shown = tally(["enrol", str(public_in(tmp_path)), "--identity", identity, "--replaces", old, "--json"])
    assert status == 0, shown
    new = json.loads(shown)["id"]
    status, shown = tally(["revoke", new, "--ground", "compromised", "--since", "2026-01-02T03:04:05Z"])
    assert status == 0, shown

    status, shown = tally(["registry"])
    lines = {line.split()[0]: line for line in shown.splitlines() if ":" in line.split(" ")[0]}
    assert "revoked: lost" in lines[old]
    assert "revoked: compromised since 2026-01-02T03:04:05.000Z" in lines[new]
    again, shown = tally(["revoke", new, "--ground", "lost"])
    assert (again, "key.not-active" in shown) == (3, True)


def test_key_of_a_key_file_is_enrolled_and_an_unproofed_compromise_is_warned_of(tally: Tally, tmp_path: Path) -> None:
    file = tmp_path / "signer.json"
    create_key(file, purpose="signer", suite=Suite.ED25519, passphrase=b"words")
    status, shown = tally(["enrol", str(file)])
    assert (status, "ed25519:" in shown) == (0, True)
    key_id = next(word for word in shown.split() if word.startswith("ed25519:"))
    status, shown = tally(["revoke", key_id, "--ground", "compromised"])
    assert (status, "in doubt" in shown) == (0, True)
    status, shown = tally(["registry", "--json"])
    assert key_id in {item["key_id"] for item in json.loads(shown)}


def test_file_that_holds_no_key_is_refused(tally: Tally, tmp_path: Path) -> None:
    file = tmp_path / "nothing.json"
    file.write_text("{}")
    status, shown = tally(["enrol", str(file)])
    assert (status, "key.malformed" in shown) == (2, True)
