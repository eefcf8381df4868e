"""A loan contract that was signed and sealed by the running service, as files in a folder: what a party is given."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.loans import Loan
from support.shared_data import REPOSITORY

WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class SealedLoan:
    """The loan, and the folder with sealed.pdf, sealed.evidence.json and trust.json."""

    loan: Loan
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "sealed.pdf"

    @property
    def evidence(self) -> Path:
        return self.folder / "sealed.evidence.json"

    @property
    def trust(self) -> Path:
        return self.folder / "trust.json"

    @property
    def data(self) -> bytes:
        return self.file.read_bytes()

    def verify(self, file: Path | None = None, *, receipt: Path | None = None) -> tuple[int, dict[str, Any]]:
        """Run `tally verify --offline` and return its exit code and report; answers by name under "named"."""
        command = [
            str(Path(sys.executable).with_name("tally")),
            "verify",
            str(file or self.file),
            "--trust",
            str(self.trust),
        ]
        command += ["--offline", "--json", *(["--receipt", str(receipt)] if receipt else [])]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY, timeout=60)
        assert ended.stdout, ended.stderr
        report = json.loads(ended.stdout)
        report["named"] = {answer["name"]: answer for answer in report["answers"]}
        return ended.returncode, report


def codes(report: dict[str, Any], name: str) -> list[str]:
    """Return the reason codes of one answer, the worst first."""
    return [reason["code"] for reason in report["named"][name]["reasons"]]


def sealed_loan(loan: Loan, folder: Path) -> SealedLoan:
    """Sign for every party, wait for the seal, and fetch what the lender hands out."""
    for place in range(len(loan.parties)):
        assert loan.sign(place).status_code == 201
    wait_for(loan, "complete")
    made = SealedLoan(loan, folder)
    made.file.write_bytes(fetch(loan, f"{loan.path}/sealed"))
    made.evidence.write_bytes(fetch(loan, f"{loan.path}/evidence"))
    made.trust.write_bytes(fetch(loan, "/v1/trust"))
    return made


def wait_for(loan: Loan, state: str) -> dict[str, Any]:
    """Return the agreement once it is in this state."""
    return wait_until(loan, lambda read: bool(read["state"] == state))


def wait_until(loan: Loan, holds: Any) -> dict[str, Any]:  # noqa: ANN401  # a test's own condition
    """Return the agreement once the condition holds for it."""
    deadline = time.monotonic() + WAIT_SECONDS
    read: dict[str, Any] = {}
    while time.monotonic() < deadline:
        read = loan.officer.get(loan.path).json()
        if holds(read):
            return read
        time.sleep(0.05)
    raise AssertionError(
        f"waited {WAIT_SECONDS:g} s; the agreement is {read.get('state')}, its seal {read.get('seal')}"
    )


def fetch(loan: Loan, path: str) -> bytes:
    """Return what the service answers, once it is no longer asked to wait."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (answer := loan.officer.get(path)).status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert answer.status_code == 200, answer.text[:300]
    return answer.content
