"""Passkeys and one-time keys over HTTP: signing, what is refused, revocation, and the evidence that a stranger verifies."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from api.wiring import ids
from ledger.core.evidence.answers import AnswerName, Report
from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.verify_file import FileFacts, verify
from ledger.services.agreements.stored_document import digest_of
from signing.algorithms import PublicKey
from signing.envelope import Signature
from signing.keys.software_pens import OneTimeKey, SoftwarePasskey
from signing.statement import Statement
from support.live_service import HOME, NEIGHBOUR, Service
from support.loans import Loan, Party, loan

WORD = {"provider": "local", "grade": "lenders-word"}


@dataclass(frozen=True)
class PenParty(Party):
    """A party whose pen is a passkey or a one-time key."""

    pen: SoftwarePasskey | OneTimeKey = None  # type: ignore[assignment]  # always given; the base class has no defaults after it

    def to_json(self) -> dict[str, Any]:
        return {"role": self.role, "name": self.name, "key": dict(self.pen.public.to_json())}

    def sign(self, statement: Statement) -> Signature:
        pen = self.pen
        value = pen.sign(statement.digest) if isinstance(pen, SoftwarePasskey) else pen.sign(statement.to_bytes())
        return Signature(pen.public.suite, pen.public.key_id, value)


def passkey_of(service: Service, *, origin: str = "", rp_id: str = "localhost") -> SoftwarePasskey:
    return SoftwarePasskey(secrets.token_bytes(32), rp_id=rp_id, origin=origin or service.here.public_url)


def held(pen: SoftwarePasskey | OneTimeKey) -> PenParty:
    return PenParty("borrower", "Lin Xiaoyu", None, pen)  # type: ignore[arg-type]  # the pen stands for the key


def enrol(service: Service, key: PublicKey, institution: str = HOME) -> None:
    body = {
        "key": dict(key.to_json()),
        "owner": {"kind": "customer"},
        "proofing": WORD,
        "identity": secrets.token_hex(9),
    }
    answer = service.officer(institution).post("/v1/keys", json=body)
    assert answer.status_code == 201, answer.text


def report_of(service: Service, made: Loan) -> Report:
    """Verify as a stranger does: the file, its evidence, the trust policy; no service."""
    evidence = made.officer.get(f"{made.path}/evidence").content
    policy = parse_trust(service.nobody().get("/v1/trust").content)
    return verify(FileFacts(digest_of(made.document), len(made.document)), evidence, policy, now=ids.now())


def codes_of(report: Report) -> set[str]:
    return {reason.code for reason in report[AnswerName.SIGNATURES].reasons}


def test_passkey_signs_and_a_stranger_verifies_it_offline(service: Service) -> None:
    pen = passkey_of(service)
    enrol(service, pen.public)
    made = loan(service.officer(), held(pen))
    assert made.sign().status_code == 201

    report = report_of(service, made)
    assert codes_of(report) == {"signatures.valid", "keys.lenders-word"}
    assert report.exit_code == 0


def test_one_time_key_signs_and_is_called_weaker(service: Service) -> None:
    pen = OneTimeKey(secrets.token_bytes(32))
    enrol(service, pen.public)
    made = loan(service.officer(), held(pen))
    assert made.sign().status_code == 201
    assert "keys.weaker" in codes_of(report_of(service, made))


@pytest.mark.parametrize(
    ("pen", "code"),
    [
        (lambda service: passkey_of(service, origin="https://evil.example"), "passkey.wrong-origin"),
        (lambda service: passkey_of(service, origin="http://localhost"), "passkey.wrong-origin"),
    ],
)
def test_passkey_used_on_other_pages_is_refused(service: Service, pen: Any, code: str) -> None:  # noqa: ANN401  # makes a pen
    answer = loan(service.officer(), held(pen(service))).sign()
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_key_that_another_institution_enrolled_and_revoked_is_untouched_here(service: Service) -> None:
    pen = passkey_of(service)
    enrol(service, pen.public, NEIGHBOUR)
    enrol(service, pen.public)
    revoked = service.officer(NEIGHBOUR).post(f"/v1/keys/{pen.public.key_id}/revocations", json={"ground": "lost"})
    assert revoked.status_code == 201
    made = loan(service.officer(), held(pen))
    assert made.sign().status_code == 201
    report = report_of(service, made)
    assert codes_of(report) == {"signatures.valid", "keys.lenders-word"}


def test_replayed_assertion_is_refused(service: Service) -> None:
    """An assertion for another agreement, and the same one again, sign nothing."""
    party = held(passkey_of(service))
    first, second = loan(service.officer(), party), loan(service.officer(), party)
    statement = first.statement()
    signature = party.sign(statement)
    other = second.submit(second.statement(), signature)
    assert (other.status_code, other.json()["code"]) == (422, "passkey.wrong-challenge")
    assert first.submit(statement, signature).status_code == 201
    again = first.submit(statement, signature)
    assert (again.status_code, again.json()["code"]) == (409, "statement.nonce-used")


def test_signature_for_another_chain_is_refused(service: Service) -> None:
    party = held(passkey_of(service))
    made = loan(service.officer(), party)
    answer = made.sign_changed(lambda statement: replace(statement, chain_id=statement.chain_id + 1))
    assert (answer.status_code, answer.json()["code"]) == (422, "statement.wrong-chain")


def test_revoked_key_signs_no_more_and_its_old_signatures_stay(service: Service) -> None:
    pen = passkey_of(service)
    enrol(service, pen.public)
    before, after = loan(service.officer(), held(pen)), loan(service.officer(), held(pen))
    assert before.sign().status_code == 201
    path = f"/v1/keys/{pen.public.key_id}/revocations"
    assert service.officer().post(path, json={"ground": "lost"}).status_code == 201

    answer = after.sign()
    assert (answer.status_code, answer.json()["code"]) == (409, "key.revoked")
    report = report_of(service, before)
    assert "keys.revoked" not in codes_of(report)


def test_signature_of_a_key_compromised_before_is_refused_by_the_verifier(service: Service) -> None:
    pen = passkey_of(service)
    enrol(service, pen.public)
    made = loan(service.officer(), held(pen))
    assert made.sign().status_code == 201
    body = {"ground": "compromised", "since": "2020-01-01T00:00:00Z"}
    assert service.officer().post(f"/v1/keys/{pen.public.key_id}/revocations", json=body).status_code == 201
    # the evidence names the revocation once a checkpoint covers it; where the agreement was anchored before, it is not in it yet
    assert datetime.fromisoformat(body["since"]) < ids.now()
    codes = codes_of(report_of(service, made))
    assert codes & {"keys.revoked", "keys.lenders-word", "keys.time-unproven"}
