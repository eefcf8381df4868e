"""A small real ledger with something in every table: directory, agreements, signatures, both logs, an anchor on a chain.

Made through the services; nothing is invented. `tamper` changes it behind their back, as somebody with the disk could.
"""

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

from ledger.chain.client import ChainClient
from ledger.core.log.anchoring import AnchorPolicy
from ledger.core.log.audit_findings import AuditReport
from ledger.core.log.directory import format_instant
from ledger.core.log.evm_checkpoint import Registry
from ledger.core.log.keys import Owner, OwnerKind, ProofGrade, Proofing, Purpose
from ledger.core.log.permissions import Principal, Role
from ledger.core.log.revocation import Ground
from ledger.services.agreements.create import NewAgreement, create
from ledger.services.agreements.issue_statement import issue_statement
from ledger.services.agreements.read_document import read_document
from ledger.services.agreements.renew_seal import renew_next
from ledger.services.agreements.seal import SealTurn, seal_next
from ledger.services.agreements.sign import sign
from ledger.services.agreements.signing import NewSignature
from ledger.services.applications.fold_figures import fold_figures
from ledger.services.challenges import issue_challenge
from ledger.services.context import Act, Once, Stores
from ledger.services.enrolling import Device, NewKey, NewRevocation, customer_of
from ledger.services.log import anchor_parties
from ledger.services.log.add_person import NewPerson, add_person
from ledger.services.log.anchor import anchor
from ledger.services.log.audit import Scope, audit
from ledger.services.log.bind_chain import bind_chain
from ledger.services.log.change_role import RoleChange, change_role
from ledger.services.log.deploy_registry import deploy_registry
from ledger.services.log.enrol_key import enrol_key
from ledger.services.log.issue_api_key import issue_api_key
from ledger.services.log.register_log import Registering, register_log
from ledger.services.log.revoke_api_key import revoke_api_key
from ledger.services.log.revoke_key import revoke_key
from ledger.services.log.sequence import Turn, sequence
from ledger.storage import agreements as rows
from ledger.storage.chain_setup import chain_of_installation
from ledger.storage.database import Connection, Database
from ledger.storage.logs import log_by_origin
from ledger.storage.staff_access import SetupCodeRow, StaffSessionRow, insert_session, insert_setup_code
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import EvmSigner, open_signer
from signing.keys.software_pens import SoftwarePasskey
from signing.pdf.inspect import Limits
from signing.statement import parse_statement
from signing.typed_data import typed_digest
from support.approvals import staffed
from support.audited_ceremony import fill_ceremony
from support.chains import SENDER, START, evm_key, open_embedded
from support.databases import migrated_file
from support.fixed_keys import ORIGIN
from support.ledgers import ACCESS_ORIGIN, INSTITUTION, NOW, Ledger, ledger_in, log_signers, open_stores
from support.sealing import seal_tools
from support.small_pdfs import small_pdf

MACHINE = Principal("worker", INSTITUTION, frozenset({Role.OPERATOR}), "program")
OFFICER = Principal("officer-1", INSTITUTION, frozenset({Role.OFFICER}), "person")
TERMS: dict[str, Json] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "5000000"},
    "term_months": 24,
    "annual_rate": "4.35",
}
BORROWER = open_signer(Suite.ED25519, bytes([7]) * 32, purpose="signer")
GUARANTOR = evm_key("guarantor", "signer")
KEYS = anchor_parties.AnchorKeys(
    sender=SENDER, cosigners=(anchor_parties.LocalCosigner(evm_key("cosigner", "cosigner")),)
)
POLICY = AnchorPolicy(zone="Asia/Shanghai", every_seconds=0, soon_seconds=0)


@dataclass
class Audited:
    """The ledger with its chain; `now` moves on with every act."""

    ledger: Ledger
    folder: Path
    client: ChainClient
    now: datetime = NOW

    @property
    def database_file(self) -> Path:
        return self.folder / "ledger.db"

    def act(self, principal: Principal | None = None, once: Once | None = None) -> Act:
        self.now += timedelta(seconds=1)
        return replace(self.ledger.act(principal, self.now), once=once)

    def sequence(self) -> None:
        """Cover what waits in both logs."""
        binding = self.ledger.stores.database.read(chain_of_installation)
        registry = Registry(binding.chain_id, binding.registry) if binding else None
        for origin in (ORIGIN, ACCESS_ORIGIN):
            log = self.ledger.stores.database.read(partial(log_by_origin, origin=origin))
            assert log is not None
            sequence(self.ledger.stores, log, log_signers(origin, registry), Turn(holder="test", now=self.now))

    def turn(self) -> anchor_parties.Turn:
        self.now += timedelta(seconds=600)
        return anchor_parties.Turn(now=self.now, holder="test", policy=POLICY)

    def agreement(self, *, signatures: int = 2) -> str:
        """Create an agreement of two signers and sign it `signatures` times."""
        new = NewAgreement(document=small_pdf(pages=2), terms=dict(TERMS), signers=_signers(), send=True)
        once = Once(key=f"key-{self.now.timestamp()}", route="/v1/agreements", body_sha256=bytes(32))
        agreement_id = create(self.ledger.stores, self.act(OFFICER, once), new, Limits()).resource_id
        self.sequence()
        for place in range(signatures):
            self._sign(agreement_id, place)
        return agreement_id

    def _sign(self, agreement_id: str, place: int) -> None:
        stores = self.ledger.stores
        row = stores.database.read(lambda tx: rows.signers_of(tx, agreement_id))[place]
        chain_id = self.client.chain_id()
        statement = issue_statement(stores, self.act(OFFICER), agreement_id, row.signer_id, chain_id=chain_id)
        if place == 1:
            value, public = GUARANTOR.sign_digest(typed_digest(*statement.typed_data())), GUARANTOR.public
        else:
            assert not isinstance(BORROWER, EvmSigner)
            value, public = BORROWER.sign(statement.to_bytes()), BORROWER.public
        assert parse_statement(statement.to_bytes()) == statement
        signature = Signature(public.suite, public.key_id, value)
        new = NewSignature(statement=statement.to_bytes(), signature=signature, chain_id=chain_id)
        sign(stores, self.act(OFFICER), agreement_id, new)

    def seal(self) -> None:
        """Seal what is signed, and renew the seal once."""
        stores, tools = self.ledger.stores, seal_tools()
        self.now += timedelta(seconds=1)
        turn = SealTurn(
            holder="test",
            now=self.now,
            anchor_wait=timedelta(0),
            act_of=lambda _: self.act(MACHINE),
            tools_of=lambda _: tools,
        )
        assert seal_next(stores, turn).code is None
        assert renew_next(stores, turn, days_ahead=20 * 365).code is None
        self.sequence()

    def audit(self, *, ask_chain: bool = False) -> AuditReport:
        return audit(self.ledger.stores, self.client if ask_chain else None, Scope(), lambda _: None)

    def tamper(self, statement: str, values: tuple[object, ...] = ()) -> int:
        """Run one statement on the database file, past every trigger and foreign key."""
        return tamper(self.database_file, statement, values)


def tamper(file: Path, statement: str, values: tuple[object, ...] = ()) -> int:
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA foreign_keys=OFF")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        changed = connection.execute(statement, values).rowcount
        connection.commit()
        return changed
    finally:
        connection.close()


def reopen(folder: Path) -> Stores:
    """Open the stores of a ledger once more, as another process does."""
    return open_stores(folder, Database(f"sqlite:///{folder / 'ledger.db'}"))


@contextmanager
def audited_ledger(folder: Path, *, filled: bool = True) -> Iterator[Audited]:
    """Yield the ledger with everything in it, or one with a directory only, in a folder of its own.

    The full one is made once in a process, since it takes seconds, and copied: each test breaks its own copy.
    """
    if filled:
        kept = _filled_once()
        shutil.copytree(kept.folder, folder, dirs_exist_ok=True)
        with _opened(folder) as audited:
            audited.now = kept.now
            yield audited
        return
    migrated_file(folder / "ledger.db")
    with _opened(folder) as audited:
        audited.sequence()
        yield audited


@contextmanager
def _opened(folder: Path) -> Iterator[Audited]:
    url = f"sqlite:///{folder / 'ledger.db'}"
    with ledger_in(folder, url) as ledger, open_embedded(folder / "chain", clock=lambda: START) as chain:
        yield Audited(ledger, folder, ChainClient(chain, confirmations=0))


@dataclass(frozen=True)
class _Kept:
    folder: Path
    now: datetime


@cache
def _filled_once() -> _Kept:
    folder = Path(tempfile.mkdtemp(prefix="tally-audited-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrated_file(folder / "ledger.db")
    with _opened(folder) as audited:
        _fill(audited)
        return _Kept(folder, audited.now)


def _fill(audited: Audited) -> None:
    stores, key = audited.ledger.stores, audited.ledger.key
    audited.sequence()
    person = add_person(stores, audited.act(), NewPerson("Otto Officer", (Role.OFFICER, Role.AUDITOR)), key).resource_id
    change_role(stores, audited.act(), RoleChange(person, Role.AUDITOR, granted=False), key)
    issue_api_key(stores, audited.act(), person, key)
    lost = issue_api_key(stores, audited.act(), person, key)
    revoke_api_key(stores, audited.act(), lost.written.resource_id, key)
    _fill_keys(audited, person)
    audited.sequence()
    first = audited.agreement()
    read_document(stores, audited.act(OFFICER), first)
    audited.sequence()
    _anchor(audited)
    audited.seal()
    fill_ceremony(audited.ledger, audited.sequence, audited.client.chain_id())
    audited.agreement(signatures=1)
    audited.sequence()
    audited.agreement(signatures=0)
    _fill_applications(audited)  # from here on a policy is in force, so what is sent needs an approval
    read_document(stores, audited.act(OFFICER), first)  # waits for its index


def _fill_keys(audited: Audited, person: str) -> None:
    """Enrol keys of a customer, a person and the institution, revoke two, and leave rows of signing in."""
    stores, key = audited.ledger.stores, audited.ledger.key
    own = Proofing(provider="local", grade=ProofGrade.OWN_KEY)
    passkey = SoftwarePasskey(bytes(range(32)), rp_id="localhost", origin="http://localhost")
    owner, found_by = Owner(OwnerKind.PERSON, person), (("identity", "110101"),)
    facts: dict[str, Json] = {"credential": passkey.credential_id.hex()}
    device = Device(credential_id=passkey.credential_id, is_backup_eligible=False, is_backed_up=False, facts=facts)
    new = NewKey(key=passkey.public, purpose=Purpose.SIGN, owner=owner, proofing=own, device=device)
    enrol_key(stores, audited.act(), new, key)
    ended = NewRevocation(key_id=passkey.public.key_id, ground=Ground.COMPROMISED, since=audited.now)
    revoke_key(stores, audited.act(), ended, key)
    customer = customer_of(stores, audited.act(), INSTITUTION, found_by)
    wallet = NewKey(key=GUARANTOR.public, purpose=Purpose.SIGN, owner=customer, proofing=own, found_by=found_by)
    enrol_key(stores, audited.act(OFFICER), wallet, key)
    stores.database.write(lambda tx: _insert_passing(tx, audited))


def _fill_applications(audited: Audited) -> None:
    """Have an application decided by one of two people, a small one by a rule set, and an agreement wait for the first."""
    desk = staffed(audited.ledger, audited.now)
    desk.enforce()
    desk.automate()
    desk.submit(desk.apply(amount=4_000_000, identity="330106199203154415"))
    loan = desk.apply()
    desk.submit(loan)
    audited.sequence()
    desk.say("Olga", loan)
    fold_figures(audited.ledger.stores, audited.ledger.log)
    audited.now = desk.now
    waiting = NewAgreement(document=small_pdf(pages=2), terms=dict(TERMS), signers=_signers(), application=loan)
    create(audited.ledger.stores, audited.act(OFFICER), waiting, Limits())


def _insert_passing(tx: Connection, audited: Audited) -> None:
    issue_challenge(tx, audited.act(), "sign-in", "")
    at = format_instant(audited.now)
    insert_setup_code(tx, SetupCodeRow(bytes(32), INSTITUTION, None, at))
    insert_session(tx, StaffSessionRow(bytes(32), "person", INSTITUTION, "key", at, at))


def _anchor(audited: Audited) -> None:
    stores, client = audited.ledger.stores, audited.client
    deployed = deploy_registry(stores, client, SENDER, audited.turn())
    assert deployed is not None
    bind_chain(stores, client, deployed, audited.now)
    log = stores.database.read(lambda tx: log_by_origin(tx, ORIGIN))
    assert log is not None
    registering = Registering(act=audited.act(), turn=audited.turn(), recovery=(SENDER.address,))
    assert register_log(stores, client, log, KEYS, registering) is not None
    audited.sequence()
    for _ in range(3):
        anchor(stores, client, log, KEYS, audited.turn())


def _signers() -> list[Json]:
    return [
        {"role": "borrower", "name": "Wang Xiaoming", "key": BORROWER.public.to_json()},
        {"role": "guarantor", "name": "Li Hua", "key": GUARANTOR.public.to_json()},
    ]
