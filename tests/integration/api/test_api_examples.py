"""The examples of docs/api.md, run in their order against the real service."""

import re
import secrets
from typing import Any

from signing.algorithms import Suite
from signing.keys.signer import open_signer
from support.live_service import Service
from support.loans import pdf
from support.shared_data import REPOSITORY


def test_the_examples_of_the_api_document_run(service: Service) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```", (REPOSITORY / "docs" / "api.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) == 6
    given: dict[str, Any] = {
        "URL": service.url,
        "ADMINISTRATOR_TOKEN": service.administrator().token,
        "PDF": pdf(),
        "KEY": open_signer(Suite.ED25519, secrets.token_bytes(32), purpose="signer"),
    }
    for number, block in enumerate(blocks):
        exec(compile(block, f"docs/api.md, example {number}", "exec"), given)  # noqa: S102  # our own document
    for client in ("administrator", "officer", "stranger"):
        given[client].close()
