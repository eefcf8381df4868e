"""Policies as files, over HTTP and by command: fetched, edited, looked at, proposed; what is wrong named by cell."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from api.cli import run
from api.schemas.policy_files import write_policy_file
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.policy_sheets import ROWS
from ledger.core.log.permissions import Role
from signing.canonical import encode
from support.live_applications import entered
from support.live_service import DECIDING, NEIGHBOUR, Service
from support.policies import unchecked

WORKBOOK = write_policy_file(DEFAULT_POLICY, "xlsx")
LATER = {"valid_from": "2099-01-01T00:00:00Z"}


def edited(cell: str, value: object) -> bytes:
    book: Any = load_workbook(io.BytesIO(WORKBOOK))
    book[ROWS][cell] = value
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_workbook_is_fetched_edited_proposed_and_comes_back_in_each_form(service: Service) -> None:
    risk = service.person(Role.RISK)
    shipped = risk.get("/v1/policies/default", params={"format": "xlsx"})
    assert shipped.headers["content-type"].endswith("spreadsheetml.sheet")
    assert shipped.content[:2] == b"PK"
    book: Any = load_workbook(io.BytesIO(shipped.content))
    book[ROWS]["D2"], book[ROWS]["D3"], book[ROWS]["C4"] = 40_000, 40_000, 40_000
    kept = io.BytesIO()
    book.save(kept)
    proposed = risk.post("/v1/policies/files", content=kept.getvalue(), params=LATER)
    assert proposed.status_code == 201, proposed.text
    there = f"/v1/policies/{proposed.json()['id']}"
    policy = risk.get(there).json()
    assert policy["rows"][0]["when"]["amount"] == {"over": None, "up_to": "4000000"}
    for form in ("csv", "xlsx", "json"):
        data = risk.get(there, params={"format": form}).content
        assert risk.post("/v1/policies/checks", content=data).json()["defects"] == []
        again = risk.post("/v1/policies/files", content=data, params=LATER)
        assert risk.get(f"/v1/policies/{again.json()['id']}").content == encode(policy)
    assert service.person(Role.RISK, institution=NEIGHBOUR).get(there).status_code == 404


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (edited("D2", "=40000+1"), "policy.cell", f"sheet {ROWS}, cell D2"),
        (edited("I2", "nobody"), "policy.cell", f"sheet {ROWS}, cell I2"),
        (edited("D3", 49_999), "policy.gap", "rows"),
        (edited("D3", 50_001), "policy.overlap", "rows"),
        (b"\x00\x01", "policy.file", "file"),
        (b'{"tag": 1.5}', "json.float", "file"),
    ],
    ids=range(6),
)
def test_file_with_something_wrong_is_refused_by_name(service: Service, data: bytes, code: str, field: str) -> None:
    answer = service.person(Role.RISK).post("/v1/policies/files", content=data, params=LATER)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, field)


def test_time_without_zone_is_refused(service: Service) -> None:
    answer = service.person(Role.RISK).post(
        "/v1/policies/files", content=WORKBOOK, params={"valid_from": "2099-01-01T00:00:00"}
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "valid_from")


def test_gap_and_overlap_point_to_lines_of_the_sheet_with_an_example(service: Service) -> None:
    caller = service.person(Role.AUDITOR)
    gap = caller.post("/v1/policies/checks", content=edited("D3", 49_999)).json()["defects"][0]
    assert gap["code"] == "policy.gap"
    assert gap["example"]["amount"] == {"currency": "CNY", "minor": "4999901"}
    assert {"id": "small-plain", "place": f"sheet {ROWS}, cell D3"} in gap["rows"]
    assert (
        f"CNY 49,999.01, grade C, personal-instalment, no listing found, collateral not down: nothing covers it (row small-plain (sheet {ROWS}, cell D3) misses it by its “amount up to” alone"
        in gap["message"]
    )
    overlap = caller.post("/v1/policies/checks", content=edited("D3", 50_001)).json()["defects"][0]
    assert [row["id"] for row in overlap["rows"]] == ["small-plain", "middle"]
    assert f"rows small-plain (sheet {ROWS}, cell A3) and middle" in overlap["message"]


Tally = Callable[[Sequence[str]], tuple[int, str]]


@pytest.fixture
def tally(service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tally:
    monkeypatch.setenv("TALLY_URL", service.url)

    def ran(arguments: Sequence[str]) -> tuple[int, str]:
        status = run(["policy", *arguments])
        shown = capsys.readouterr()
        return status, shown.out + shown.err

    return ran


def test_policy_goes_its_way_by_command(
    service: Service, tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "policy.xlsx"
    assert tally(["export", "-o", str(file)])[0] == 0
    assert tally(["check", str(file)])[0] == 0
    monkeypatch.setenv("TALLY_TOKEN", service.person(Role.RISK).token)
    status, shown = tally(["propose", str(file), "--valid-from", "2099-01-01T00:00:00Z"])
    assert status == 0, shown
    policy = shown.splitlines()[0].split()[-1]
    assert tally(["publish", policy])[0] != 0
    monkeypatch.setenv("TALLY_TOKEN", service.administrator().token)
    status, shown = tally(["publish", policy])
    assert status == 0, shown
    assert f"{policy}  default  2099-01-01" in tally(["list"])[1]
    assert tally(["export", policy, "--format", "csv", "-o", str(tmp_path / "again.csv")])[0] == 0
    status, shown = tally(["check", str(tmp_path / "again.csv"), "--json"])
    assert (status, json.loads(shown)["sha256"]) == (0, DEFAULT_POLICY.sha256().hex())


def test_command_names_gap_and_cell(tally: Tally, tmp_path: Path) -> None:
    file = tmp_path / "policy.xlsx"
    file.write_bytes(edited("D3", 49_999))
    status, shown = tally(["check", str(file)])
    assert (status, "Gap: CNY 49,999.01, grade C, personal-instalment" in shown) == (1, True)
    file.write_bytes(edited("D3", "=1"))
    status, shown = tally(["check", str(file)])
    assert (status, "cell D3: expected a plain number" in shown) == (2, True)


def test_dry_run_counts_past_applications_and_names_them_to_whoever_may_read_them(
    service: Service, tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force = json.loads(encode(unchecked().to_json()))
    risk = service.newcomer(Role.RISK, institution=DECIDING)
    body = {"policy": in_force, "valid_from": "2026-01-01T00:00:00Z"}
    assert (
        service.administrator(DECIDING)
        .post(f"/v1/policies/{risk.post('/v1/policies', json=body).json()['id']}/publications")
        .status_code
        == 201
    )
    loan = entered(service, DECIDING).json()
    submitted = service.officer(DECIDING).post(f"/v1/applications/{loan['id']}/submissions")
    assert submitted.status_code == 201, submitted.text
    entered_as = service.officer(DECIDING).get(f"/v1/applications/{loan['id']}").json()
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({**in_force, "grades": ["Z"], "rows": [{**in_force["rows"][4], "path": "committee"}]}))
    period = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    tried = risk.post("/v1/policies/dry-runs", content=file.read_bytes(), params=period).json()
    assert tried["after"] == {"committee": tried["applications"]}
    moved = {each["number"] for each in tried["moved"]}
    assert (entered_as["number"] in moved) is (entered_as["path"] != "committee")
    seen = (
        service.administrator(DECIDING).post("/v1/policies/dry-runs", content=file.read_bytes(), params=period).json()
    )
    assert (seen["moved"], seen["after"]) == (None, tried["after"])
    nothing = risk.post(
        "/v1/policies/dry-runs", content=file.read_bytes(), params={**period, "until": "2020-01-02T00:00:00Z"}
    )
    assert nothing.json()["applications"] == 0
    bad = risk.post(
        "/v1/policies/dry-runs", content=file.read_bytes(), params={"since": period["until"], "until": period["since"]}
    )
    assert (bad.status_code, bad.json()["code"]) == (422, "period.invalid")
    never = {**period, "since": "0001-01-05T00:00:00Z"}  # no day before it can be computed
    assert risk.post("/v1/policies/dry-runs", content=file.read_bytes(), params=never).status_code == 422
    monkeypatch.setenv("TALLY_TOKEN", risk.token)
    status, shown = tally(["dry-run", str(file), "--since", period["since"], "--until", period["until"]])
    assert (status, f"of {tried['applications']} applications would have taken another path" in shown) == (0, True)
