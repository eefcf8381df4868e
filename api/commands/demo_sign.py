"""The ceremony once, with real parts: a typeset contract, two customers with passkeys, the lender's key, one sealed file.

Promises: everything goes through the service's own interface; nothing of the ceremony is skipped; whatever does not hold is said and
makes the exit code 1. Leaves to others: the customers' browsers (demo_customer), what the sealed file proves (demo_proof).
"""

import base64
import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.commands.client import Client
from api.commands.demo_contract import TEMPLATE, signing_draft
from api.commands.demo_customer import CustomerBrowser, Post
from api.commands.demo_parties import Party, lender_party, officer_client, place_of, signed_statement
from api.commands.demo_proof import Proof, prove
from api.commands.demo_sealed import fetch_anchored
from api.commands.outcome import EXIT_FAILED, say
from api.settings import Settings
from api.wiring import ids
from api.wiring.first_start import ADMINISTRATOR_FILE
from api.wiring.keyring import open_keyring
from api.wiring.senders import outbox_folder
from ledger.errors import Conflict
from signing.canonical import Json
from signing.statement import Statement, parse_statement


@dataclass(frozen=True)
class Customer:
    """Somebody who is invited by e-mail."""

    role: str
    name: str
    email: str
    identifier: str

    def to_json(self) -> dict[str, Json]:
        person: Json = {
            "email": self.email,
            "phone": None,
            "birth_date": "1990-05-17",
            "zone": "Asia/Shanghai",
            "language": "zh",
            "id_number": None,
            "proofing": False,
            "acts_for": None,
        }
        printed: Json = {"identifier": self.identifier, "address": "杭州市样例巷22号 (22 Sample Lane, Hangzhou)"}
        return {"role": self.role, "name": self.name, "order": 1, "person": person, "printed": printed}


CUSTOMERS: Final = (
    Customer("borrower", "林𠮷 Lin Ji", "lin.ji@customer.example", "330106199203154417"),
    Customer("guarantor", "王芳 Wang Fang", "wang.fang@customer.example", "330106199203154417"),
)


@dataclass(frozen=True)
class _Walk:
    url: str
    officer: Client
    public: Client
    post: Post
    folder: Path


@dataclass(frozen=True)
class _Sent:
    """The agreement as it was sent: its id, its number, and the lender's place in it."""

    id: str
    number: str
    lender_id: str


def walk_signing(url: str, settings: Settings) -> int:
    """Walk the ceremony, printing each step; return 0 when all of it held, 1 when something did not."""
    if settings.smtp_host or settings.sms_url:
        message = (
            "the customers of this demonstration read their messages in the outbox folder: run it without TALLY_SMTP_HOST and "
            "TALLY_SMS_URL"
        )
        raise Conflict("demo.real-senders", message)
    folder = settings.data / "demo"
    token = (settings.keys_folder / settings.institution_code / ADMINISTRATOR_FILE).read_text(encoding="utf-8").strip()
    keys = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
    with closing(officer_client(url, token, folder)) as officer, closing(Client(url, None)) as public:
        walk = _Walk(url, officer, public, Post(outbox_folder(settings)), folder)
        return _walk(walk, lender_party(keys, settings.institution_code), settings.institution_name)


def _walk(walk: _Walk, lender: Party, lender_name: str) -> int:
    sent = _send(walk, lender, lender_name)
    statements = {customer.name: _sign_as_customer(walk, sent, customer) for customer in CUSTOMERS}
    statements[lender.name] = _countersign(walk, sent, lender)
    sealed = fetch_anchored(walk.officer, walk.public, walk.folder, sent.id)
    return EXIT_FAILED if sealed is None else prove(Proof(walk.folder, sealed, statements))


def _send(walk: _Walk, lender: Party, lender_name: str) -> _Sent:
    """Let the officer have the contract typeset and sent."""
    signers: list[Json] = [customer.to_json() for customer in CUSTOMERS]
    draft = signing_draft([*signers, {**lender.to_json(), "order": 2}], lender_name, ids.now().date())
    created = walk.officer.post(f"/v1/templates/{TEMPLATE}/agreements", draft)
    document = walk.officer.get_bytes(f"{created['location']}/document")
    agreement = walk.officer.get(str(created["location"]))
    say(f"1  typeset     loan contract {agreement['number']} from the template {TEMPLATE}: {len(document):,} bytes,")
    say(f"               SHA-256 {hashlib.sha256(document).hexdigest()}")
    say(f"2  sent        to borrower and guarantor in parallel, to the lender after them, {place_of(created)}")
    lines = agreement["signers"]
    lender_id = next(
        str(line["id"])
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, dict) and line["role"] == "lender"
    )
    return _Sent(str(created["id"]), str(agreement["number"]), lender_id)


def _sign_as_customer(walk: _Walk, sent: _Sent, customer: Customer) -> Statement:
    """Take every step of one customer, from the link to the signature."""
    invitation = walk.post.newest("invitation", customer.email, sent.number)
    say(f"3  invited     {customer.role} {customer.name} by e-mail")
    with closing(CustomerBrowser(walk.url, invitation)) as browser:
        browser.open_link()
        browser.tell_code(walk.post.newest("code", customer.email, sent.number))
        document = browser.read_and_agree()
        say("               link opened, one-time code confirmed, consent proved by the code in the PDF, contract read")
        key_id = browser.make_passkey()
        statement = browser.sign(document)
    say(f"4  signed      with passkey {key_id} (software, for this demonstration)")
    return statement


def _countersign(walk: _Walk, sent: _Sent, lender: Party) -> Statement:
    data, signed = signed_statement(walk.officer, sent.id, sent.lender_id, lender)
    say(f"5  countersigned by {lender.name}, {lender.key.public.key_id}, {place_of(signed)}")
    return parse_statement(base64.b64decode(data))
