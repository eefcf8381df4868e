"""The real service for tests: an installation in a folder, its worker, and HTTP over a socket, with people of every role.

Promises: nothing is replaced; what a test sees is what a client of `tally up` sees. Leaves what to assert to the tests.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from api.commands.running import listening
from api.settings import Settings
from api.wiring import ids
from api.wiring.first_start import ADMINISTRATOR_FILE, InstitutionOrder, ensure_chain, ensure_institution
from api.wiring.installation import Installation, open_installation
from api.worker import Worker
from ledger.core.log.permissions import Role
from ledger.storage.directory import InstitutionRow
from support.passphrases import DRAWN

PASSPHRASE = DRAWN
HOME, NEIGHBOUR = "ALPHA", "BETA"
DECIDING = "GAMMA"  # whose policies are in force: a contract of theirs goes out on an approval only
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Caller:
    """A client with one API key, or none."""

    http: httpx2.Client
    token: str = ""

    def get(self, path: str, **parts: Any) -> httpx2.Response:  # noqa: ANN401  # httpx's own keywords
        return self.http.get(path, **parts)

    def post(self, path: str, *, key: str | None = None, **parts: Any) -> httpx2.Response:  # noqa: ANN401  # httpx's own keywords
        """Send a POST with a fresh Idempotency-Key, the given one, or none when it is empty."""
        key = secrets.token_hex(16) if key is None else key
        headers = {**parts.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        return self.http.post(path, headers=headers, **parts)

    def create(self, document: bytes, agreement: Mapping[str, Any] | str, *, key: str | None = None) -> httpx2.Response:
        """Put a document on record; `agreement` may be JSON text that no serialiser would write."""
        text = agreement if isinstance(agreement, str) else json.dumps(agreement)
        files = {"document": ("contract.pdf", document, "application/pdf")}
        return self.post("/v1/agreements", key=key, files=files, data={"agreement": text})


@dataclass(frozen=True)
class Service:
    """A running service and the callers that a test needs."""

    url: str
    here: Installation
    institutions: Mapping[str, InstitutionRow]
    _clients: ExitStack
    _people: dict[tuple[str, str], Caller] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return self.here.settings

    def nobody(self) -> Caller:
        return self.with_token("")

    def with_token(self, token: str) -> Caller:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx2.Client(base_url=self.url, headers=headers, timeout=TIMEOUT_SECONDS)
        return Caller(self._clients.enter_context(client), token)

    def on_pages(self) -> httpx2.Client:
        """Return a client without cookies under the address that people use."""
        client = httpx2.Client(base_url=self.here.public_url, timeout=TIMEOUT_SECONDS)
        return self._clients.enter_context(client)

    def administrator(self, institution: str = HOME) -> Caller:
        if (institution, "administrator") not in self._people:
            file = self.settings.keys_folder / institution / ADMINISTRATOR_FILE
            self._people[institution, "administrator"] = self.with_token(file.read_text(encoding="utf-8").strip())
        return self._people[institution, "administrator"]

    def person(self, *roles: Role, institution: str = HOME) -> Caller:
        """Return the one person of the institution who holds exactly these roles, added over HTTP when first asked for."""
        name = "+".join(sorted(roles)) or "no role"
        if (institution, name) not in self._people:
            self._people[institution, name] = self.newcomer(*roles, institution=institution)
        return self._people[institution, name]

    def newcomer(self, *roles: Role, institution: str = HOME) -> Caller:
        administrator = self.administrator(institution)
        body = {"name": f"Person {secrets.token_hex(4)}", "roles": list(roles)}
        added = administrator.post("/v1/people", json=body)
        assert added.status_code in (201, 202), added.text
        issued = administrator.post("/v1/api-keys", json={"principal_id": added.json()["id"]})
        assert issued.status_code == 201, issued.text
        return self.with_token(issued.json()["token"])

    def officer(self, institution: str = HOME) -> Caller:
        return self.person(Role.OFFICER, institution=institution)

    def auditor(self, institution: str = HOME) -> Caller:
        return self.person(Role.AUDITOR, institution=institution)


def settings_in(folder: Path, **changes: Any) -> Settings:  # noqa: ANN401  # any setting
    """Return settings for a test: a free port, everything in `folder`, anchors as soon as something is signed."""
    values: dict[str, Any] = {"data": folder, "port": 0, "institution_code": HOME, "institution_name": "Alpha Lender"}
    values |= {"key_passphrase": PASSPHRASE, "anchor_soon_seconds": 0, "anchor_seconds": 2, "sealing": False}
    return Settings(**(values | changes))


@contextmanager
def running_service(
    settings: Settings, *, institutions: tuple[str, ...] = (HOME,), work: bool = True
) -> Iterator[Service]:
    """Open the installation (made on its first start), start its worker unless told not to, and serve it."""
    with ExitStack() as stack:
        here = open_installation(settings, make=True)
        stack.callback(here.close)
        opened = {code: ensure_institution(here, _order(code)) for code in institutions}
        ensure_chain(here)
        if work:
            worker = Worker(here, ids.new_id())
            stack.callback(worker.close)
            worker.start()
        url = stack.enter_context(listening(here))
        clients = stack.enter_context(ExitStack())
        yield Service(url, here, opened, clients)


def _order(code: str) -> InstitutionOrder:
    return InstitutionOrder(code=code, name=f"{code.title()} Lender", zone="Asia/Shanghai")
