"""The database goes away while the service runs: health says so, requests are told to come back, nothing is invented."""

from pathlib import Path

import psycopg
from sqlalchemy import make_url

from support.databases import new_postgresql_database
from support.live_service import running_service, settings_in
from support.loans import agreement_of, party, pdf


def test_a_service_whose_database_is_gone_is_unready_and_says_when_to_come_back(
    tmp_path: Path, postgresql_server: str
) -> None:
    url = new_postgresql_database(postgresql_server)
    with running_service(settings_in(tmp_path, database=url), work=False) as running:
        nobody, administrator = running.nobody(), running.administrator()
        assert nobody.get("/readyz").status_code == 200
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')
        ready = nobody.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "unready")
        assert ready.json()["checks"][0]["name"] == "database"
        assert nobody.get("/livez").status_code == 200
        for answer in (
            administrator.get("/v1/me"),
            administrator.create(pdf(), agreement_of(party())),
            nobody.get("/metrics"),
            nobody.get("/log"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "database.unavailable")
            assert answer.headers["retry-after"] == "5"
