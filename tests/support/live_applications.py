"""Applications entered over HTTP, for tests of the running service."""

from typing import Any

import httpx2

from support.applications import PICTURE, application
from support.live_service import HOME, Service

MADE_HERE = {"tag", "number", "version", "corrects", "applicants"}
IDENTITY = {"kind": "cn-id", "value": "11010519491231002X"}


def entered(
    service: Service,
    institution: str = HOME,
    *,
    identity: str = IDENTITY["value"],
    **changes: Any,  # noqa: ANN401  # JSON
) -> httpx2.Response:
    content = {name: value for name, value in application().to_json().items() if name not in MADE_HERE}
    content["amount"] = {"currency": "CNY", "minor": "10000000"}
    people = [
        {"role": "borrower", "name": "林小雨", "identity": {"kind": "cn-id", "value": identity}, "phone": "13800138000"}
    ]
    officer = service.officer(institution)
    made = officer.post("/v1/applications", json={"application": {**content, **changes}, "people": people})
    if made.is_success and "attachments" not in changes:
        files = {"file": ("identity.png", PICTURE, "image/png")}
        handed_in = officer.post(f"/v1/applications/{made.json()['id']}/attachments", files=files)
        assert handed_in.status_code == 201, handed_in.text
    return made
