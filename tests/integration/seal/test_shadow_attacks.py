"""The published attacks against `tally verify`: a file that the service sealed, changed as the papers did, is refused with both answers."""

import json
from pathlib import Path

import pytest

from api.cli import run
from support.live_service import Service
from support.loans import Loan, agreement_of, party
from support.sealed_loans import SealedLoan, codes, sealed_loan
from support.shadow_attacks import ATTACKS, prepared


@pytest.fixture(scope="module")
def attacked(service: Service, tmp_path_factory: pytest.TempPathFactory) -> SealedLoan:
    """A contract that an attacker prepared, which everybody signed and the service sealed."""
    officer, signer = service.officer(), party()
    document = prepared(second_page_object=True)
    answer = officer.create(document, agreement_of(signer))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    ids = tuple(line["id"] for line in officer.get(made["location"]).json()["signers"])
    loan = Loan(officer, made["id"], made["entry"], document, (signer,), ids, made)
    return sealed_loan(loan, tmp_path_factory.mktemp("attacked"))


# One of each class; tests/unit/signing/pdf/test_shadow_attacks.py has them all, with their reasons.
@pytest.mark.parametrize(
    "name", ["forged_without_range", "saved_with_old_table", "wrapped", "hidden", "replaced", "hidden_and_replaced"]
)
def test_attack_on_a_sealed_file_is_refused(
    attacked: SealedLoan, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"{name}.pdf"
    file.write_bytes(ATTACKS[name](attacked.data))
    given = ["--trust", str(attacked.trust), "--receipt", str(attacked.evidence), "--offline", "--json"]
    status = run(["verify", str(file), *given])
    report = json.loads(capsys.readouterr().out)
    report["named"] = {one["name"]: one for one in report["answers"]}
    assert status == 1
    assert report["named"]["bytes"]["verdict"] == "no"
    seal = [code for code in codes(report, "signatures") if code.startswith("seal.")]
    assert seal[0] == ("seal.valid-with-more" if name == "saved_with_old_table" else "seal.refused")
