"""The figures over HTTP and by command: as JSON and CSV, each with the checkpoint at which they were counted."""

import csv
import io
import json

import pytest

from api.cli import run
from ledger.core.log.permissions import Role
from ledger.services.applications.fold_figures import fold_figures
from ledger.storage.logs import all_logs
from support.live_applications import entered
from support.live_service import Service

PERIOD = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def counted(any_service: Service) -> Service:
    """On each database: what is in the log taken into the figures at once, beside the worker that would do it within seconds."""
    service = any_service
    assert entered(service).status_code == 201
    stores = service.here.stores
    for log in stores.database.read(all_logs):
        while log.kind == "main" and fold_figures(stores, log):
            pass
    return service


def test_figures_come_with_the_checkpoint_they_were_counted_at(counted: Service) -> None:
    caller = counted.person(Role.AUDITOR)
    found = caller.get("/v1/kpis", params=PERIOD).json()
    stamp = found["checkpoint"]
    assert stamp["size"] > 0
    assert len(bytes.fromhex(stamp["root"])) == 32
    assert found["time"] == {"unit": "business seconds", "zone": "Asia/Shanghai"}
    assert (found["against"], found["change"]) == (None, None)
    lines = list(
        csv.reader(io.StringIO(caller.get("/v1/kpis", params={**PERIOD, "format": "csv"}).text.lstrip("\ufeff")))
    )
    assert lines[0] == ["span", "group", "name", "measure", "value"]
    assert ["", "checkpoint", "", "origin", stamp["origin"]] in lines


def test_a_second_period_stands_beside_the_first(counted: Service) -> None:
    caller = counted.person(Role.RISK)
    found = caller.get("/v1/kpis", params={**PERIOD, "against_until": "2020-02-01T00:00:00Z"}).json()
    assert (found["against"]["moved"], found["against"]["approval_rate"]) == ({}, None)
    assert found["change"]["approval_rate"] is None
    text = caller.get("/v1/kpis", params={**PERIOD, "against_until": "2020-02-01T00:00:00Z", "format": "csv"}).text
    assert "against,span,,until,2020-02-01T00:00:00+00:00" in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"since": "2026-01-01T00:00:00"}, "since"),
        ({"until": "today"}, "until"),
        ({"until": PERIOD["since"]}, "until"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "since"),
        ({"until": "9999-12-31T23:59:59-14:00"}, "until"),
    ],
)
def test_period_that_is_none_is_refused(counted: Service, changes: dict[str, str], field: str) -> None:
    answer = counted.person(Role.RISK).get("/v1/kpis", params={**PERIOD, **changes})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "period.invalid", field)


def test_command_prints_tables_json_and_csv(
    counted: Service, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TALLY_URL", counted.url)
    monkeypatch.setenv("TALLY_TOKEN", counted.auditor().token)
    asked = ["kpi", "show", "--since", PERIOD["since"], "--until", PERIOD["until"]]
    assert run(asked) == 0
    shown = capfd.readouterr().out
    assert "Counted at" in shown
    assert "approval_rate" in shown
    assert run([*asked, "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["since"] == "2020-01-01T00:00:00+00:00"
    assert run([*asked, "--csv"]) == 0
    assert "span,group,name,measure,value" in capfd.readouterr().out


def test_what_is_counted_from_is_made_anew_by_command(
    service: Service, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = service.settings
    monkeypatch.setenv("TALLY_DATA", str(settings.data))
    monkeypatch.setenv("TALLY_KEY_PASSPHRASE", settings.key_passphrase.get_secret_value())
    monkeypatch.setenv("TALLY_DATABASE", settings.database)
    assert run(["kpi", "rebuild"]) == 0
    assert "entries" in capfd.readouterr().out
    assert service.person(Role.AUDITOR).get("/v1/kpis", params=PERIOD).json()["moved"] is not None
