"""From HTTP request to receipt, at a steady 200 requests a second against a real `tally up`.

Measured: POST …/signatures, whose 201 carries the receipt under a signed checkpoint: parsing, authentication, the signature's
check, the durable write, the sequencer's turn, the inclusion path. The service is a process of its own with worker, embedded chain
and anchoring on; agreements and signed statements are prepared before the clock starts. Latency counts from when a
request was due. An answer without a receipt (202) is an error here. Beside: GET /livez of the same service at the same rate.
"""

import base64
import json
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from api.commands.client import Client
from benchmarks.load import Outcome, Request, send_at_rate
from benchmarks.measuring import Aim, Figure, Run, note, percentile, temporary_folder
from benchmarks.service import Service, running
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import AnySigner, EvmSigner, open_signer
from signing.statement import parse_statement
from signing.typed_data import typed_digest
from support.small_pdfs import small_pdf

AIM = Aim(1_000, "most")
PER_SECOND = 200
SECONDS = 20
WARM_SECONDS = 2  # the first requests load code and fill caches; they are sent, and not counted
PREPARERS = 4  # uploads at once while preparing
SIGNERS = 12  # of each agreement, the most it may have: half wallets, half organisation keys
TERMS: dict[str, Json] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "12000000"},
    "term_months": 24,
    "annual_rate": "4.85",
}


def measure(run: Run) -> Sequence[Figure]:
    """Return median and 99th percentile in milliseconds, and how many requests failed."""
    warm, counted = WARM_SECONDS * PER_SECOND, (4 if run.quick else SECONDS) * PER_SECOND
    with temporary_folder() as folder, running(folder / "var") as service:
        signatures = prepared(service, warm + counted)
        note(f"{len(signatures):,} signatures prepared; sending {PER_SECOND} a second")
        send_at_rate(service.url, signatures[:warm], PER_SECOND)
        before = service.cpu_seconds
        ours = send_at_rate(service.url, signatures[warm:], PER_SECOND)
        note(f"the service used {(service.cpu_seconds - before) / counted * 1000:.2f} ms of processor time per request")
        baseline = send_at_rate(service.url, [Request.of("GET", "/livez", {})] * counted, PER_SECOND)
    return list(_figures(ours, baseline, counted))


def _figures(ours: Outcome, baseline: Outcome, counted: int) -> Iterator[Figure]:
    failed = sum(ours.errors.values())
    if failed:
        note(f"failed: {ours.errors}")
    if not ours.latencies or not baseline.latencies:
        message = f"expected answers, got {ours.errors} and {baseline.errors}"
        raise RuntimeError(message)
    name = f"GET /livez at {PER_SECOND}/s"
    for label, share, aim in (("p50", 0.50, None), ("p99", 0.99, AIM)):
        value, beside = (percentile(found.latencies, share) * 1000 for found in (ours, baseline))
        title = f"request to receipt, {PER_SECOND}/s, {label}"
        yield Figure(name=title, value=value, unit="ms", baseline=beside, baseline_name=f"{name}, {label}", aim=aim)
    failures = float(sum(baseline.errors.values()))
    yield Figure(
        name=f"failed of {counted:,} requests", value=failed, unit="", baseline=failures, baseline_name=name, aim=Aim(0, "most")
    )  # fmt: skip


def prepared(service: Service, count: int) -> list[Request]:
    """Return signed statements ready to send, an agreement's signers spread over the run as people would come."""
    officer = _Officer(service)
    agreements = -(-count // SIGNERS)
    note(f"preparing {agreements} agreements of {SIGNERS} signers")
    with ThreadPoolExecutor(PREPARERS) as pool:
        signed = list(pool.map(lambda number: list(_signed_by_all(officer, number)), range(agreements)))
    return [request for one in zip(*signed, strict=True) for request in one][:count]


class _Officer:
    """An officer's client and token."""

    def __init__(self, service: Service) -> None:
        administrator = Client(service.url, service.administrator_token)
        person = administrator.post("/v1/people", {"name": "Officer", "roles": ["officer"]})
        self.token = str(administrator.post("/v1/api-keys", {"principal_id": person["id"]})["token"])
        self.client = Client(service.url, self.token)
        self.document = small_pdf()


def _signed_by_all(officer: _Officer, number: int) -> Iterator[Request]:
    keys = [open_signer(_suite(place), secrets.token_bytes(32), purpose="signer") for place in range(SIGNERS)]
    signers: list[Json] = [
        {"role": "borrower" if place else "lender", "name": f"Party {number}-{place}", "key": key.public.to_json()}
        for place, key in enumerate(keys)
    ]
    files = {"document": ("contract.pdf", officer.document, "application/pdf")}
    created = officer.client.upload(
        "/v1/agreements", files, {"agreement": json.dumps({"terms": TERMS, "signers": signers, "send": True})}
    )
    agreement = officer.client.get(str(created["location"]))
    lines = agreement["signers"]
    assert isinstance(lines, list)
    for line, key in zip(lines, keys, strict=True):
        assert isinstance(line, dict)
        yield _signature(officer, str(created["id"]), str(line["id"]), key)


def _suite(place: int) -> Suite:
    return Suite.EIP712 if place % 2 else Suite.ED25519


def _signature(officer: _Officer, agreement_id: str, signer_id: str, key: AnySigner) -> Request:
    fresh = officer.client.get(f"/v1/agreements/{agreement_id}/statements/{signer_id}")
    statement = base64.b64decode(str(fresh["statement"]))
    if isinstance(key, EvmSigner):
        value = key.sign_digest(typed_digest(*parse_statement(statement).typed_data()))
    else:
        value = key.sign(statement)
    signature = Signature(key.public.suite, key.public.key_id, value)
    body = json.dumps({"statement": fresh["statement"], "signature": signature.to_json()}).encode()
    headers = {
        "Authorization": f"Bearer {officer.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": secrets.token_hex(16),
    }
    return Request.of("POST", f"/v1/agreements/{agreement_id}/signatures", headers, body=body, expected=201)
