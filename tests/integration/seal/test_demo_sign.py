"""`tally demo --sign` on a running service: every step is said, the files are left, and a second run does the same again."""

import hashlib
import re

import pytest

from api.cli import run
from api.commands.demo_sign import walk_signing
from ledger.errors import Conflict
from support.live_service import PASSPHRASE, Service


def test_the_ceremony_is_walked_and_every_altered_copy_is_refused(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert walk_signing(service.url, service.settings) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert said.count("with passkey webauthn:") == 2
    assert said.count("→ refused.") == 4
    assert said.count("what was added behind the last signature is covered by nothing") == 1  # of the appended byte
    length = re.search(r"head -c (\d+)", said)
    assert length is not None
    first = hashlib.sha256((service.settings.data / "demo" / "sealed.pdf").read_bytes()[: int(length[1])])
    assert re.findall(r"([0-9a-f]{64})  =  signed by", said) == [first.hexdigest()] * 3


def test_the_commands_it_prints_repeat_its_answers(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    folder = service.settings.data / "demo"
    if not (folder / "sealed.swapped.pdf").exists():
        walk_signing(service.url, service.settings)
    more = [
        "--trust",
        str(folder / "sealed.trust.json"),
        "--receipt",
        str(folder / "sealed.evidence.json"),
        "--offline",
    ]
    assert run(["verify", str(folder / "sealed.pdf"), *more]) == 0
    for name in ("appended", "swapped", "annotated", "painted"):
        assert run(["verify", str(folder / f"sealed.{name}.pdf"), *more]) == 1
    assert "NO" in capsys.readouterr().out


def test_real_senders_are_refused(service: Service) -> None:
    with pytest.raises(Conflict) as refused:
        walk_signing(service.url, service.settings.model_copy(update={"smtp_host": "mail.lender.example"}))
    assert refused.value.code == "demo.real-senders"


def test_a_pdf_of_one_s_own_is_refused(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLY_KEY_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("TALLY_DATA", str(service.settings.data))
    assert run(["demo", "--sign", "--pdf", str(service.settings.data / "demo" / "sealed.pdf")]) == 2
    assert "demo.options" in capsys.readouterr().err
