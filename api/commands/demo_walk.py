"""The main job once, through the service's own HTTP interface: a PDF in, a verified receipt out, an altered copy refused."""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from api.commands.client import Client
from api.commands.demo_contract import BRIEF_TERMS, TEMPLATE, demo_draft
from api.commands.demo_parties import Party, make_parties, officer_client, place_of, sign_as
from api.commands.demo_sealed import show_sealed
from api.commands.outcome import EXIT_DONE, EXIT_FAILED, say
from api.commands.program import program
from api.settings import Settings
from api.wiring import ids
from api.wiring.first_start import ADMINISTRATOR_FILE
from api.wiring.keyring import open_keyring
from ledger.core.evidence.answers import EXIT_ALTERED, Report, Verdict
from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.verify_file import FileFacts, verify
from ledger.errors import Unavailable
from signing.canonical import Json

FINAL_SECONDS = 90.0
_POLL_SECONDS = 0.25
_WORDS = {Verdict.YES: "yes", Verdict.NO: "NO", Verdict.NOT_CHECKED: "not checked"}


@dataclass(frozen=True)
class _Walk:
    client: Client
    folder: Path
    public: Client


def walk(url: str, settings: Settings, pdf: Path | None = None) -> int:
    """Walk the main job, printing each step; return 0 when all of it held, 1 when something did not."""
    folder = settings.data / "demo"
    token = (settings.keys_folder / settings.institution_code / ADMINISTRATOR_FILE).read_text(encoding="utf-8").strip()
    steps = _Walk(officer_client(url, token, folder), folder, Client(url, None))
    keys = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
    parties = make_parties(keys, settings.institution_code)
    created = _record(steps, parties, settings.institution_name, pdf)
    document = steps.client.get_bytes(f"{created['location']}/document")
    (folder / "contract.pdf").write_bytes(document)
    say(
        f"1  document    {len(document):,} bytes, SHA-256 {hashlib.sha256(document).hexdigest()}"
        + ("" if pdf else " (typeset here)")
    )
    agreement = steps.client.get(str(created["location"]))
    say(f"2  recorded    loan contract {agreement['number']}, {place_of(created)}")
    latest = _sign(steps, created, agreement, parties)
    receipt = wait_until_final(steps.client, latest)
    _say_anchor(receipt)
    held = _check(steps, document, str(created["id"]))
    sealed = show_sealed(steps.client, steps.public, steps.folder, str(created["id"]))
    _say_how_to_repeat(steps.folder, sealed=sealed is not None)
    return held if sealed in (None, EXIT_DONE) else EXIT_FAILED


def _record(steps: _Walk, parties: tuple[Party, ...], lender: str, pdf: Path | None) -> dict[str, Json]:
    """Have the contract typeset, or upload the one that was given; return what the service answered."""
    if pdf is None:
        draft = demo_draft(parties, lender, ids.now().date())
        return steps.client.post(f"/v1/templates/{TEMPLATE}/agreements", draft)
    signers: list[Json] = [party.to_json() for party in parties]
    body = json.dumps({"terms": BRIEF_TERMS, "signers": signers, "send": True})
    return steps.client.upload(
        "/v1/agreements", {"document": ("contract.pdf", pdf.read_bytes(), "application/pdf")}, {"agreement": body}
    )


def _sign(steps: _Walk, created: dict[str, Json], agreement: dict[str, Json], parties: tuple[Party, ...]) -> str:
    """Sign for every party; return the newest entry."""
    latest = str(created["entry"])
    signers = agreement["signers"]
    if not isinstance(signers, list):
        raise Unavailable("service.answer", "the service listed no signers")
    for line, party in zip(signers, parties, strict=True):
        signer_id = str(line["id"]) if isinstance(line, dict) else ""
        signed = sign_as(steps.client, str(created["id"]), signer_id, party)
        latest = str(signed["entry"])
        say(f"3  signed      {party.role} {party.name}, {party.key.public.key_id}, {place_of(signed)}")
    return latest


def wait_until_final(client: Client, entry_id: str) -> dict[str, Json]:
    """Return an entry's receipt once its anchor is final; raise Unavailable("anchor.slow")."""
    deadline = time.monotonic() + FINAL_SECONDS
    while time.monotonic() < deadline:
        receipt = client.get(f"/v1/entries/{entry_id}/receipt")
        anchor = receipt.get("anchor")
        if isinstance(anchor, dict) and anchor["state"] == "final":
            return receipt
        time.sleep(_POLL_SECONDS)
    raise Unavailable(
        "anchor.slow", f"no final anchor within {FINAL_SECONDS:.0f} s; see /readyz for what the chain says"
    )


def _say_anchor(receipt: dict[str, Json]) -> None:
    anchor = receipt["anchor"]
    if isinstance(anchor, dict):
        say(f"4  anchored    tree size {anchor['size']}, transaction 0x{anchor['transaction']}")
        say(
            f"               block {anchor['block_number']} (0x{anchor['block_hash']}), chain {anchor['chain_id']}, {anchor['state']}"
        )


def _check(steps: _Walk, document: bytes, agreement_id: str) -> int:
    """Verify the document and an altered copy with the evidence alone; keep everything a person needs to repeat it."""
    evidence, trust = (
        steps.client.get_bytes(f"/v1/agreements/{agreement_id}/evidence"),
        steps.public.get_bytes("/v1/trust"),
    )
    altered = bytearray(document)
    altered[secrets.randbelow(len(altered))] ^= 1
    for name, data in (("contract.evidence.json", evidence), ("trust.json", trust), ("altered.pdf", bytes(altered))):
        (steps.folder / name).write_bytes(data)
    report = _verify(document, evidence, trust)
    say("5  verified    with the file, its evidence and a trust policy; no service, no network:")
    _say_report(report)
    refused = _verify(bytes(altered), evidence, trust)
    say("6  altered     the same file with one bit flipped:")
    _say_report(refused, only_no=True)
    held = report.exit_code == EXIT_DONE and refused.exit_code == EXIT_ALTERED
    say("   → the altered copy is refused." if held else "   → this is NOT as it should be.")
    return EXIT_DONE if held else EXIT_FAILED


def _say_how_to_repeat(folder: Path, *, sealed: bool) -> None:
    tally = program()
    material = f"--receipt {folder}/contract.evidence.json --trust {folder}/trust.json --offline"
    say(
        f"\nRepeat it:\n  {tally} verify {folder}/contract.pdf {material}\n  {tally} verify {folder}/altered.pdf {material}"
    )
    if sealed:
        say(f"  {tally} verify {folder}/sealed.pdf --trust {folder}/sealed.trust.json --offline")


def _verify(document: bytes, evidence: bytes, trust: bytes) -> Report:
    file = FileFacts(hashlib.sha256(document).digest(), len(document))
    return verify(file, evidence, parse_trust(trust), now=ids.now())


def _say_report(report: Report, *, only_no: bool = False) -> None:
    for answer in report.answers:
        if not only_no or answer.verdict is Verdict.NO:
            say(
                f"   {answer.name.value:>2} {_WORDS[answer.verdict]:<12} {answer.title('en')}: {answer.reasons[0].text('en')}"
            )
