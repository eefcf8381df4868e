"""How many signed decisions a second go through HTTP, each answered with its receipt under a signed checkpoint.

Measured: POST …/decisions of statements prepared beforehand, from CLIENTS clients that each send the next as soon as they are answered,
against a real `tally up` with two HTTP processes, worker and embedded chain: parsing, the signature, where the application stands (its
content opened, the decisions so far taken again), the rules, the durable write. Beside: GET /livez from as many clients.
"""

import base64
import json
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import cast

from api.commands.client import Client
from benchmarks.load import Request, send_at_once
from benchmarks.measuring import Figure, Run, note, percentile, temporary_folder
from benchmarks.service import Service, running
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import Ed25519Signer
from support.applications import application
from support.policies import unchecked

CLIENTS = 48
PROCESSES = 2
COUNT, QUICK_COUNT, WARM_COUNT = 1_500, 200, 50
PREPARERS = 4
MADE_HERE = {"tag", "number", "version", "corrects", "applicants"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def measure(run: Run) -> Sequence[Figure]:
    """Return decisions per second; a request without its receipt is a failure."""
    count = QUICK_COUNT if run.quick else COUNT
    with temporary_folder() as folder, running(folder / "var", TALLY_PROCESSES=str(PROCESSES)) as service:
        decisions = _prepared(service, WARM_COUNT + count)
        send_at_once(service.url, decisions[:WARM_COUNT], CLIENTS)
        before = service.cpu_seconds
        ours, seconds = send_at_once(service.url, decisions[WARM_COUNT:], CLIENTS)
        used = (service.cpu_seconds - before) / count * 1000
        baseline, baseline_seconds = send_at_once(service.url, [Request.of("GET", "/livez", {})] * count, CLIENTS)
    if ours.errors or baseline.errors:
        message = f"expected a receipt for each, got {ours.errors} and {baseline.errors}"
        raise RuntimeError(message)
    note(f"half were answered within {percentile(ours.latencies, 0.5) * 1000:.0f} ms")
    return [
        Figure(
            name="signed decisions through HTTP",
            value=count / seconds,
            unit="/s",
            baseline=count / baseline_seconds,
            baseline_name=f"GET /livez, {CLIENTS} clients",
        ),
        Figure(
            name="processor time of a decision, all processes",
            value=used,
            unit="ms",
            baseline=0.0,
            baseline_name="",
        ),
    ]


@dataclass(frozen=True)
class _Desk:
    """An officer who enters, another who decides with a key of their own, and their clients."""

    enters: Client
    decides: Client
    token: str
    key: Ed25519Signer


def _prepared(service: Service, count: int) -> list[Request]:
    note(f"preparing {count:,} applications and what is signed on them")
    desk = _staffed(service)
    with ThreadPoolExecutor(PREPARERS) as pool:
        return list(pool.map(lambda number: _decision(desk, number), range(count)))


def _staffed(service: Service) -> _Desk:
    administrator = Client(service.url, service.administrator_token)
    tokens = dict(_hired(administrator))
    key = Ed25519Signer(secrets.token_bytes(32), purpose="decide")
    decides = Client(service.url, tokens["decides"][1])
    owner: Json = {"kind": "person", "id": tokens["decides"][0]}
    proofing: Json = {"provider": "desk", "grade": "lenders-word"}
    public = cast("Json", key.public.to_json())
    administrator.post("/v1/keys", {"owner": owner, "proofing": proofing, "key": public, "purpose": "sign"})
    policy = unchecked()
    bare = replace(policy, paths={name: replace(path, attachments=()) for name, path in policy.paths.items()})
    body = {"policy": cast("Json", bare.to_json()), "valid_from": cast("Json", "2020-01-01T00:00:00Z")}
    proposed = Client(service.url, tokens["risk"][1]).post("/v1/policies", body)
    administrator.post(f"/v1/policies/{proposed['id']}/publications", {})
    return _Desk(Client(service.url, tokens["enters"][1]), decides, tokens["decides"][1], key)


def _hired(administrator: Client) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, role in (("enters", "officer"), ("decides", "officer"), ("risk", "risk")):
        person = str(administrator.post("/v1/people", {"name": name, "roles": [role]})["id"])
        yield name, (person, str(administrator.post("/v1/api-keys", {"principal_id": person})["token"]))


def _decision(desk: _Desk, number: int) -> Request:
    content = {name: value for name, value in application().to_json().items() if name not in MADE_HERE}
    content["amount"] = {"currency": "CNY", "minor": "10000000"}
    people: list[Json] = [
        {
            "role": "borrower",
            "name": f"Person {number}",
            "identity": {"kind": "cn-id", "value": _identity(number)},
            "phone": None,
        }
    ]
    loan = desk.enters.post("/v1/applications", {"application": content, "people": people})["id"]
    desk.enters.post(f"/v1/applications/{loan}/submissions", {})
    wanted: dict[str, Json] = {"verdict": "approve", "key_id": desk.key.public.key_id}
    issued = desk.decides.post(f"/v1/applications/{loan}/decision-statements", wanted)
    value = desk.key.sign(base64.b64decode(str(issued["statement"])))
    signature = Signature(Suite.ED25519, desk.key.public.key_id, value)
    body = json.dumps({"statement": issued["statement"], "signature": signature.to_json()}).encode()
    headers = {
        "Authorization": f"Bearer {desk.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": secrets.token_hex(16),
    }
    return Request.of("POST", f"/v1/applications/{loan}/decisions", headers, body=body, expected=201)


def _identity(number: int) -> str:
    """Return the valid number of a person who does not exist."""
    year, day = 1950 + number // 1_000 % 50, 1 + number // 50_000 % 28
    text = f"110101{year}01{day:02}{number % 1_000:03}"
    return text + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=True)) % 11]
