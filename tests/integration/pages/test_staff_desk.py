"""The staff's pages of decisions over plain HTTP: a committee as a member sees it, and why something waits."""

import httpx2

from api.pages.staff.decision_shown import office, rows_shown
from api.pages.words import words_in
from ledger.core.applications.decide import Verdict
from ledger.core.log.permissions import Role
from ledger.services.applications.queue import Waiting
from ledger.services.applications.ways import Way
from ledger.storage.applications import ApplicationRow, StateRow
from support.live_applications import entered
from support.live_service import DECIDING, Caller, Service
from support.policies import unchecked


def at_work(service: Service, caller: Caller) -> httpx2.Client:
    headers = {"Accept": "text/html", "Authorization": f"Bearer {caller.token}", "Accept-Language": "en"}
    return httpx2.Client(base_url=service.url, headers=headers, follow_redirects=True, timeout=60)


def test_committee_and_its_votes_are_shown_to_a_member(service: Service) -> None:
    risk, administrator = service.person(Role.RISK, institution=DECIDING), service.administrator(DECIDING)
    body = {"policy": unchecked().to_json(), "valid_from": "2026-01-01T00:00:00Z"}
    proposed = risk.post("/v1/policies", json=body).json()["id"]
    assert administrator.post(f"/v1/policies/{proposed}/publications").status_code == 201
    loan = entered(service, DECIDING, amount={"currency": "CNY", "minor": "900000000"}).json()["id"]
    assert service.officer(DECIDING).post(f"/v1/applications/{loan}/submissions").status_code == 201
    members = [service.newcomer(Role.COMMITTEE, institution=DECIDING) for _ in range(5)]
    with at_work(service, members[0]) as member:
        unnamed = member.get(f"/staff/applications/{loan}").text
        assert "No committee has been named yet." in unnamed
        assert "Your role does not reach personal data." in unnamed
        ids = [one.get("/v1/me").json()["id"] for one in members]
        with at_work(service, risk) as naming:
            assert "Name the committee" in naming.get(f"/staff/applications/{loan}").text
            assert "Name the committee" not in unnamed
            origin = {"Origin": service.url}
            form = {"member": ids[:4], "chair": ids[0]}
            few = naming.post(f"/staff/applications/{loan}/committee", data=form, headers=origin)
            assert "choose 5 members" in few.text
            asked = naming.post(f"/staff/applications/{loan}/committee", data={**form, "member": ids}, headers=origin)
            assert "Is this the committee?" in asked.text
        named = risk.post(f"/v1/applications/{loan}/sittings", json={"members": ids, "chair": ids[0]})
        assert named.status_code == 201, named.text
        with at_work(service, risk) as late:
            again = late.post(f"/staff/applications/{loan}/committee", data={**form, "member": ids}, headers=origin)
            assert "one was named meanwhile" in again.text
        assert "committee" in member.get("/staff/queue").text
        shown = member.get(f"/staff/applications/{loan}").text
    for part in (">chair<", "not voted yet", "5 members, quorum 4", "林小雨"):
        assert part in shown


def test_queue_says_why_something_waits() -> None:
    state = StateRow("a", "in-review", 1, 0, "risk", "2026-11-30", "p", "two", "e", "e", "2026-11-27T00:00:00.000Z")
    row = ApplicationRow("a", "i", "L-1", "hangzhou", "x", "e", "2026-11-27T00:00:00.000Z")
    own, delegated = Way("risk", None, (Verdict.APPROVE,)), Way("risk", "holder", (Verdict.APPROVE,))
    w = words_in("en")
    waiting = [
        Waiting(row=row, state=state, is_overdue=True, ways=(own, delegated)),
        Waiting(row=row, state=state, is_overdue=False, ways=(own,), is_escalated=True),
        Waiting(row=row, state=state, is_overdue=False, ways=(delegated,)),
        Waiting(row=row, state=state, is_overdue=False, ways=(own,), is_committee=True),
        Waiting(row=row, state=state, is_overdue=False, is_committee=True),
    ]
    assert [line["why"] for line in rows_shown(waiting, w)] == [
        "your step",
        "escalated to you",
        "delegated to you",
        "your vote in the committee",
        "its committee is to be named",
    ]
    assert office("notary", w) == "notary"
