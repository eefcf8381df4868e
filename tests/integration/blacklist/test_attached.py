"""A check of the blacklist attached to an application: verified, bound to one of its applicants, its listing heeded."""

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.wiring.co_located import believed
from api.wiring.installation import Installation
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.blacklist.identifiers import Identifier
from ledger.core.log.permissions import Principal, Role
from ledger.errors import Unavailable, VerificationFailed
from ledger.partner.checking import Result, Subject, check
from ledger.services.applications.add_check import NewCheck, add_check
from support.blacklist_service import FRAUDSTER, HONEST, BlacklistService, Checker
from support.live_applications import entered
from support.live_service import HOME


def checked(checker: Checker, subject: Identifier, application: str) -> Result:
    (result,) = check(checker.desk(), [Subject(subject, application)], "loan-application")
    return result


def attached(blacklist: BlacklistService, loan: str, result: Result, **changes: bytes) -> httpx2.Response:
    files = {"receipt": result.receipt.to_bytes(), "opening": result.opening.to_bytes(), **changes}
    body = {name: base64.b64encode(data).decode() for name, data in files.items()}
    return blacklist.service.officer().post(f"/v1/applications/{loan}/checks", json=body)


def ask_for_receipts(blacklist: BlacklistService) -> None:
    """Put the shipped policy in force, under which only a check counts whose receipt was verified."""
    policy = {"policy": DEFAULT_POLICY.to_json(), "valid_from": "2026-01-01T00:00:00Z"}
    proposed = blacklist.service.person(Role.RISK).post("/v1/policies", json=policy).json()["id"]
    published = blacklist.service.administrator().post(f"/v1/policies/{proposed}/publications")
    assert published.is_success, published.text


def later(blacklist: BlacklistService, loan: str, result: Result, after: timedelta) -> str:
    """Return how a check is refused that is attached so long after it was made."""
    here, institution = blacklist.service.here, blacklist.service.institutions[HOME].id
    act = here.act(Principal("Otto", institution, frozenset({Role.OFFICER}), "person"))
    new = NewCheck(receipt=result.receipt.to_bytes(), opening=result.opening.to_bytes(), policy=believed(here))
    with pytest.raises(VerificationFailed) as refused:
        add_check(here.stores, replace(act, now=act.now + after), loan, new)
    return refused.value.code


def test_check_is_verified_bound_and_a_listing_is_heeded(blacklist: BlacklistService) -> None:
    service, home = blacklist.service, blacklist.home
    home.list_subject(FRAUDSTER)
    blacklist.publish()
    ask_for_receipts(blacklist)
    made: dict[str, Any] = entered(service).json()
    loan, officer = made["id"], service.officer()
    number = officer.get(f"/v1/applications/{loan}").json()["number"]
    early = officer.post(f"/v1/applications/{loan}/submissions").json()
    assert (early["code"], "applicant 1 with its receipt" in early["detail"]) == ("application.incomplete", True)
    result = checked(home, FRAUDSTER, number)
    assert later(blacklist, loan, result, timedelta(days=1, minutes=1)) == "check.too-old"
    assert attached(blacklist, loan, result).status_code == 201
    for wrong, code in (
        (checked(home, HONEST, number), "check.other-applicant"),
        (checked(home, FRAUDSTER, "ALPHA-2026-999999"), "check.other-applicant"),
        (checked(blacklist.neighbour, FRAUDSTER, number), "check.other-institution"),
    ):
        assert attached(blacklist, loan, wrong).json()["code"] == code
    assert attached(blacklist, loan, result, opening=b"{}").json()["code"] == "check-opening.malformed"
    assert attached(blacklist, loan, result, receipt=bytes(65_537)).json()["code"] == "check-receipt.too-large"
    malformed = officer.post(f"/v1/applications/{loan}/checks", json={"receipt": "?", "opening": ""})
    assert malformed.json()["code"] == "evidence.invalid"
    submitted = officer.post(f"/v1/applications/{loan}/submissions")
    assert submitted.status_code == 201, submitted.text
    assert officer.get(f"/v1/applications/{loan}").json()["path"] == "committee"


def test_institution_believes_its_own_check_policy(blacklist: BlacklistService, tmp_path: Path) -> None:
    file, here = tmp_path / "check-policy.json", blacklist.service.here
    file.write_bytes(blacklist.home.registry.get("policy"))

    def with_policy(path: Path) -> Installation:
        return replace(here, settings=here.settings.model_copy(update={"check_policy": str(path)}))

    assert blacklist.epoch.id in believed(with_policy(file)).epochs
    assert believed(here).institutions == believed(with_policy(file)).institutions
    file.write_text("{}")
    for wrong in (file, tmp_path / "absent.json"):
        with pytest.raises(Unavailable) as refused:
            believed(with_policy(wrong))
        assert refused.value.code == "check.no-policy"
