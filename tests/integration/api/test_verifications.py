"""POST /v1/verifications: what a stranger may ask with a receipt, and what nobody may ask without one (DESIGN section 8)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from ledger.core.log.permissions import Role
from signing.canonical import encode
from support.live_service import NEIGHBOUR, Service, running_service, settings_in
from support.loans import Loan, loan, party


@pytest.fixture(scope="module")
def signed(service: Service) -> Loan:
    made = loan(service.officer(), party(name="Wu Verifiable"))
    assert made.sign().status_code == 201
    return made


@pytest.fixture(scope="module")
def evidence(signed: Loan) -> bytes:
    answer = signed.officer.get(f"{signed.path}/evidence")
    assert answer.status_code == 200
    return answer.content


def _ask(service: Service, **parts: bytes) -> httpx2.Response:
    return service.nobody().post(
        "/v1/verifications", key="", files={name: (name, data) for name, data in parts.items()}
    )


def _verdicts(answer: httpx2.Response) -> dict[int, str]:
    assert answer.status_code == 200, answer.text
    found: list[Mapping[str, Any]] = answer.json()["answers"]
    return {place: str(line["verdict"]) for place, line in enumerate(found, start=1)}


def test_a_stranger_with_the_evidence_gets_the_answers(service: Service, signed: Loan, evidence: bytes) -> None:
    verdicts = _verdicts(_ask(service, file=signed.document, receipt=evidence))
    assert (verdicts[1], verdicts[2], verdicts[3]) == ("yes", "yes", "yes")


def test_a_stranger_with_one_receipt_gets_the_answers(service: Service, signed: Loan) -> None:
    receipt = encode(signed.created["receipt"])
    verdicts = _verdicts(_ask(service, file=signed.document, receipt=receipt))
    assert (verdicts[1], verdicts[3]) == ("yes", "yes")


def test_the_file_s_digest_and_length_are_as_good_as_the_file(service: Service, signed: Loan, evidence: bytes) -> None:
    form = {"sha256": hashlib.sha256(signed.document).hexdigest(), "bytes": str(len(signed.document))}
    answer = service.nobody().post("/v1/verifications", key="", data=form, files={"receipt": ("r", evidence)})
    assert _verdicts(answer)[1] == "yes"
    longer = form | {"bytes": str(len(signed.document) + 1)}
    answer = service.nobody().post("/v1/verifications", key="", data=longer, files={"receipt": ("r", evidence)})
    assert _verdicts(answer)[1] == "no"


@pytest.mark.parametrize("place", [0, -1, 200])
def test_an_altered_file_is_answered_no(service: Service, signed: Loan, evidence: bytes, place: int) -> None:
    altered = bytearray(signed.document)
    altered[place] ^= 1
    verdicts = _verdicts(_ask(service, file=bytes(altered), receipt=evidence))
    assert (verdicts[1], verdicts[3]) == ("no", "yes")


def test_another_agreement_s_receipt_is_answered_no(service: Service, signed: Loan) -> None:
    other = loan(service.officer())
    assert _verdicts(_ask(service, file=signed.document, receipt=encode(other.created["receipt"])))[1] == "no"


def test_without_a_receipt_a_stranger_learns_nothing(service: Service, signed: Loan) -> None:
    known, unknown = _ask(service, file=signed.document), _ask(service, file=b"never seen")
    assert known.status_code == unknown.status_code == 403
    assert known.json() == unknown.json()
    assert known.json()["code"] == "verification.needs-receipt"


def test_without_a_receipt_only_certain_roles_look_documents_up(service: Service, signed: Loan) -> None:
    file = {"file": ("f", signed.document)}
    assert _verdicts(service.auditor().post("/v1/verifications", files=file))[1] == "yes"
    refused = service.person(Role.PARTNER).post("/v1/verifications", files=file)
    assert (refused.status_code, refused.json()["code"]) == (403, "permission.denied")
    unknown = service.auditor().post("/v1/verifications", files={"file": ("f", b"never seen")})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "document.unknown")


def test_a_changed_receipt_does_not_verify(service: Service, signed: Loan, evidence: bytes) -> None:
    package = json.loads(evidence)
    receipt = package["receipts"][0]
    receipt["index"] += 1
    answer = _ask(service, file=signed.document, receipt=encode(package))
    assert answer.status_code == 422 or _verdicts(answer)[3] == "no"


def test_a_receipt_of_another_installation_s_log_is_not_believed(
    service: Service, signed: Loan, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_service(settings_in(tmp_path_factory.mktemp("elsewhere"))) as elsewhere:
        receipt = encode(loan(elsewhere.officer()).created["receipt"])
        own_trust = elsewhere.nobody().get("/v1/trust").content
    verdicts = _verdicts(_ask(service, file=signed.document, receipt=receipt))
    assert verdicts[3] == "no"
    trusting = _verdicts(_ask(service, file=signed.document, receipt=receipt, trust=own_trust))
    assert (trusting[1], trusting[3]) == ("no", "yes")


def test_one_s_own_trust_policy_decides(service: Service, signed: Loan, evidence: bytes) -> None:
    trust = json.loads(service.nobody().get("/v1/trust").content)
    assert _verdicts(_ask(service, file=signed.document, receipt=evidence, trust=encode(trust)))[3] == "yes"
    neighbour = [log for log in trust["logs"] if f"/{NEIGHBOUR.lower()}" in log["origin"]]
    narrow = trust | {"logs": neighbour, "checkpoints": [], "chain": None}
    answer = _ask(service, file=signed.document, receipt=evidence, trust=encode(narrow))
    assert _verdicts(answer)[3] == "no"


@pytest.mark.parametrize(
    "trust", [b"", b"{}", b"not json", b'{"tag":"tally/trust-policy/v9"}', b"[" * 5000, b"0" * 300_000]
)
def test_a_trust_policy_that_cannot_be_read_is_refused(service: Service, evidence: bytes, trust: bytes) -> None:
    answer = _ask(service, file=b"x", receipt=evidence, trust=trust)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"]


@pytest.mark.parametrize(
    "receipt",
    [b"", b"{}", b"%PDF-1.7", b"\xff\xfe", b"[" * 100_000, b'{"tag":"tally/receipt/v9"}', b"0" * (5 * 1024 * 1024)],
    ids=["empty", "object", "pdf", "binary", "deep", "version", "huge"],
)
def test_a_receipt_that_cannot_be_read_is_refused(service: Service, receipt: bytes) -> None:
    answer = _ask(service, file=b"x", receipt=receipt)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"]


def test_every_byte_of_an_evidence_package_counts(service: Service, signed: Loan, evidence: bytes) -> None:
    for place in range(0, len(evidence), max(1, len(evidence) // 40)):
        changed = bytearray(evidence)
        changed[place] ^= 1
        answer = _ask(service, file=signed.document, receipt=bytes(changed))
        assert answer.status_code == 422 or set(_verdicts(answer).values()) != {"yes"}
        assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "file"),
        ({"sha256": "00" * 32}, "file"),
        ({"bytes": "5"}, "file"),
        ({"sha256": "00" * 31, "bytes": "5"}, "sha256"),
        ({"sha256": "zz" * 32, "bytes": "5"}, "sha256"),
        ({"sha256": "00" * 33, "bytes": "5"}, "sha256"),
        ({"sha256": "00" * 32, "bytes": "0"}, "bytes"),
        ({"sha256": "00" * 32, "bytes": "5.0x"}, "bytes"),
        ({"sha256": "00" * 32, "bytes": "5", "colour": "red"}, "colour"),
    ],
)
def test_a_form_that_names_no_file_is_refused_by_field(
    service: Service, evidence: bytes, form: dict[str, str], field: str
) -> None:
    answer = service.nobody().post("/v1/verifications", key="", data=form, files={"receipt": ("r", evidence)})
    assert answer.status_code == 422, answer.text
    assert answer.json().get("field") == field, answer.text
