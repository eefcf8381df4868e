"""The blacklist of the demonstration of approvals: opened on this machine, its list empty, each applicant really looked up in it.

Promises: real evaluators (2 of 3, co-located), asked over HTTP; receipt and opening go to the application as any officer's would.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx2

from api.commands.client import Client
from api.wiring import ids
from api.wiring.co_located import ensure_blacklist, registry_key
from api.wiring.installation import Installation
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.identifiers import Purpose, parse_identifier
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.log.permissions import Principal, Role
from ledger.partner.checking import Desk, Partner, Subject, check
from ledger.partner.doors import EVALUATOR_SECONDS, HttpEvaluators
from ledger.partner.syncing import sync
from ledger.services.blacklist.known import signed_epoch
from ledger.services.blacklist.publish_version import publish_version
from signing.canonical import Json


@dataclass(frozen=True)
class _Registry:
    """The registry as an officer reads it."""

    client: Client

    def get(self, path: str, **query: str) -> bytes:
        return self.client.get_bytes(f"/v1/blacklist/{path}", **query)

    def post(self, path: str, body: Mapping[str, Json], once: str) -> bytes:
        del once  # the client has its own
        return self.client.post_bytes(f"/v1/blacklist/{path}", dict(body))


@dataclass(frozen=True)
class Checks:
    """Looks applicants up, and hands in what proves it."""

    desk: Desk
    http: httpx2.Client

    def attach(self, officer: Client, loan: str, identity: str) -> None:
        """Check one applicant of an application by identity number, and attach receipt and opening."""
        number = str(officer.get(f"/v1/applications/{loan}")["number"])
        subject = Subject(parse_identifier("cn-id", identity, ids.now().date()), number)
        (result,) = check(self.desk, [subject], "loan-application")
        files = {"receipt": result.receipt.to_bytes(), "opening": result.opening.to_bytes()}
        body: dict[str, Json] = {name: base64.b64encode(data).decode() for name, data in files.items()}
        officer.post(f"/v1/applications/{loan}/checks", body)

    def close(self) -> None:
        self.http.close()


def open_checks(here: Installation, url: str, officer: Client) -> Checks:
    """Open the blacklist of this machine with a first, empty version, and the desk of an officer who asks it."""
    opened = [signed_epoch(row).epoch for row in ensure_blacklist(here)]
    key = registry_key(here)
    operator = Principal("worker", key.institution_id, frozenset({Role.OPERATOR}), "program")
    for epoch in opened:
        publish_version(here.stores, here.act(operator), epoch.id, key, cadence=timedelta(0))
    epoch = next(each for each in opened if each.plan.purpose is Purpose.BLACKLIST)
    http = httpx2.Client(base_url=url, timeout=EVALUATOR_SECONDS)
    return Checks(_desk(here, epoch, _Registry(officer), http), http)


def _desk(here: Installation, epoch: Epoch, registry: _Registry, http: httpx2.Client) -> Desk:
    partner = Partner(
        institution=registry_key(here).institution_id,
        signer=here.keyring.named("blacklist-partner", "blacklist-partner"),
        now=ids.now,
        random=ids.random_bytes,
    )
    evaluators = HttpEvaluators({evaluator.index: http for evaluator in epoch.plan.evaluators})
    snapshot = sync(registry, parse_check_policy(registry.get("policy")), epoch.id, None).snapshot
    return Desk(partner=partner, epoch=epoch, evaluators=evaluators, view=snapshot)
