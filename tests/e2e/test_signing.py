"""The whole ceremony in real browsers: on phones, with passkeys, through the pages that customers see."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from api.cli import run
from api.wiring import ids
from ledger.core.evidence.answers import AnswerName
from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.verify_file import FileFacts, verify
from ledger.services.log.audit import Scope, audit
from support.browser import PHONE
from support.ceremonies import person, typeset_ceremony
from support.live_service import Caller, Service
from support.phones import Phone

OpenPhone = Callable[..., Phone]
_OF_PENS = {"entry", "enrolled_key", "blind_index", "agreement_signature", "agreement_signer", "vault_field"}
SEALING = 30_000  # milliseconds; it takes two


def test_borrower_guarantor_and_officer_sign_on_phones_and_the_sealed_file_proves_itself(
    lender: Service, phones: OpenPhone, tmp_path: Path
) -> None:
    made = typeset_ceremony(
        lender,
        person("borrower", "林㛃𠮷"),
        person("guarantor", "王芳"),
        person("lender", "Chen, Alpha Lender", order=2),
    )
    borrower, guarantor = phones("borrower"), phones("guarantor", language="en")
    borrower.walk(made, 0)
    expect(borrower.page.locator("h1")).to_have_text("您已签署")
    assert borrower.page.evaluate("document.documentElement.scrollWidth") == PHONE.width
    guarantor.walk(made, 1)
    expect(guarantor.page.locator("h1")).to_have_text("You have signed")
    expect(borrower.page.locator(".people .verdict.yes")).to_have_count(2, timeout=10_000)  # the page updates by itself
    officer = phones("officer", language="en")
    officer.walk(made, 2)
    expect(officer.page.locator("h1")).to_have_text("Your contract is complete", timeout=SEALING)  # by itself
    officer.snap("done")
    sealed, openings = download(officer, 0, tmp_path), download(officer, 1, tmp_path)
    assert sealed.read_bytes().startswith(made.document)  # R0 is the first part of the sealed file, byte for byte
    trust = tmp_path / "trust.json"
    trust.write_bytes(lender.nobody().get("/v1/trust").content)
    answered = tally_verify(sealed, trust, "--receipt", str(openings))
    assert answered.returncode in {0, 3}, answered.stdout + answered.stderr
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(sealed.read_bytes() + b"%")
    offline = ["--trust", str(trust), "--offline"]
    assert run(["verify", str(sealed), *offline]) in {0, 3}
    assert run(["verify", str(altered), *offline]) == 1
    expect(borrower.page.locator("h1")).to_have_text("合同已完成", timeout=SEALING)
    own = download(borrower, 1, tmp_path).read_text(encoding="utf-8")
    assert "林㛃𠮷" in own
    assert "王芳" in own  # who signs is known to all who sign
    assert made.addresses[0] in own
    assert made.addresses[1] not in own  # how another party is reached is not


def download(phone: Phone, place: int, folder: Path) -> Path:
    """Press a file's button and return what was saved."""
    with phone.page.expect_download() as started:
        phone.page.locator(".downloads a").nth(place).click()
    file = folder / f"{phone.name}-{started.value.suggested_filename}"
    started.value.save_as(file)
    return file


def tally_verify(file: Path, trust: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from api.cli import main; main()",
        "verify",
        str(file),
        "--trust",
        str(trust),
        "--offline",
    ]
    return subprocess.run([*command, *more], capture_output=True, text=True, check=False)


def _evidence(phone: Phone, officer: Caller, agreement: str) -> bytes:
    """Return the evidence package once a checkpoint covers all its entries: 503 says that one still waits."""
    for _ in range(100):
        answer = officer.get(f"/v1/agreements/{agreement}/evidence")
        if answer.status_code == 200:
            break
        phone.page.wait_for_timeout(100)
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def test_one_time_key_made_in_the_browser_signs_and_is_called_weaker(lender: Service, phones: OpenPhone) -> None:
    """The key never leaves the page; the authority sees a request, and a stranger who verifies is told that the pen is weaker."""
    borrower = {**person("borrower", "李雷"), "pens": ["passkey", "one-time-key"]}
    made = typeset_ceremony(lender, borrower, person("guarantor", "韩梅"))
    phone = phones("once", language="en")
    phone.enter(made, 0)
    phone.agree()
    phone.read()
    phone.page.locator("details.pen summary").click()
    phone.page.locator("[data-pen=one-time-key]").click()
    expect(phone.page.locator("h1")).to_contain_text("signed")

    officer = lender.officer()
    evidence = _evidence(phone, officer, made.id)
    policy = parse_trust(lender.nobody().get("/v1/trust").content)
    file = FileFacts(hashlib.sha256(made.document).digest(), len(made.document))
    report = verify(file, evidence, policy, now=ids.now())
    codes = {reason.code for reason in report[AnswerName.SIGNATURES].reasons}
    assert codes == {"signatures.valid", "signatures.incomplete", "keys.code-only", "keys.weaker"}
    audited = audit(lender.here.stores, None, Scope(), lambda _: None)
    assert [finding for finding in audited.findings if finding.kind in _OF_PENS] == []
