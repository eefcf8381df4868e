"""What the log says of sealed files: a document and a version each, counted from one; contradictions are found."""

from dataclasses import replace

import pytest

from ledger.core.agreements.expected_seal import expect_sealed
from ledger.core.log.audit_projection import Projection
from ledger.core.log.audit_rows import UNTOLD
from signing.canonical import Json
from support.sealed_facts import FACTS
from support.told import told

FILE: dict[str, Json] = {"id": "d-9", "pages": 2, "media_type": "application/pdf", "object": "documents/o"}
VALUES: dict[str, Json] = {"sealed": FACTS.to_json(), "file": FILE}


def project(*entries: tuple[str, dict[str, Json]]) -> Projection:
    projection = Projection()
    for kind, values in entries:
        expect_sealed(projection, told(f"agreement.{kind}", values))
    return projection


def test_a_seal_and_its_renewal_make_two_versions() -> None:
    second = {**VALUES, "sealed": replace(FACTS, version=2).to_json(), "file": {**FILE, "id": "d-10"}}
    projection = project(("sealed", VALUES), ("seal-renewed", second))
    versions = [row.values["version"] for row in projection.rows if row.table == "sealed_version"]
    assert (versions, projection.findings) == ([1, 2], [])
    assert projection.rows[0].values["sha256"] == FACTS.sha256


def test_an_erased_version_makes_no_finding() -> None:
    projection = project(("sealed", {}))
    assert projection.findings == []
    assert {"sealed_version", "document"} <= projection.untold
    assert projection.rows[-1].values["contract_bytes"] is UNTOLD


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        ("sealed", replace(FACTS, version=2).to_json(), "sealed.version"),
        ("seal-renewed", FACTS.to_json(), "type"),
        ("sealed", {"version": 1}, "sealed"),
    ],
)
def test_a_contradiction_is_found(kind: str, facts: Json, field: str) -> None:
    (finding,) = project((kind, {**VALUES, "sealed": facts})).findings
    assert finding.field == field
