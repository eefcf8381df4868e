"""A ceremony on a small real ledger: parties with addresses, messages kept in memory, browsers that open links.

Everything goes through the services; time stands still until a test moves it.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.core.log.entry import parse_entry
from ledger.core.log.permissions import VISITOR, Principal, Role
from ledger.errors import LedgerError, Unavailable
from ledger.messages.door import Channel, Message, Senders
from ledger.services.agreements.acting import record_key
from ledger.services.agreements.confirm_code import Confirmed, confirm_code
from ledger.services.agreements.create import NewAgreement, create
from ledger.services.agreements.follow_log import follow_log
from ledger.services.agreements.issue_statement import issue_statement
from ledger.services.agreements.open_invitation import Opened, open_invitation
from ledger.services.agreements.send_code import send_code
from ledger.services.agreements.send_notices import Outgoing, send_notices
from ledger.services.agreements.sign import sign
from ledger.services.agreements.signing import NewSignature
from ledger.services.agreements.standing import require_may_sign
from ledger.services.agreements.view import AgreementView, view_of
from ledger.services.context import Act, Stores
from ledger.services.log.audit import Scope, audit
from ledger.services.log.sequence import Turn, sequence
from ledger.storage import agreements as rows
from ledger.storage.log import entries_of_subject
from ledger.storage.logs import log_by_origin
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import EvmSigner, Signer, open_signer
from signing.pdf.inspect import Limits
from support.fixed_keys import ORIGIN
from support.ledgers import ACCESS_ORIGIN, INSTITUTION, NOW, Ledger, ledger_in, log_signers
from support.small_pdfs import small_pdf

TERMS: dict[str, Json] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "5000000"},
    "term_months": 24,
    "annual_rate": "4.35",
}
PAGES = 2
READING_CODE = "K7MX42"
OFFICER = Principal("officer-1", INSTITUTION, frozenset({Role.OFFICER}), "person")
SECOND_OFFICER = Principal("officer-2", INSTITUTION, frozenset({Role.OFFICER}), "person")
WORKER = Principal("worker", "", frozenset(), "program")
_LINK = re.compile(r"https://sign\.example/sign/([0-9a-f]{64})")
_CODE = re.compile(r"\b([0-9]{6})\b")


@dataclass
class Kept:
    """Keeps messages in memory; `failures` are raised first, one per message."""

    messages: list[Message] = field(default_factory=list)
    failures: list[LedgerError] = field(default_factory=list)

    def send(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.messages.append(message)

    def fail(self, times: int = 1) -> None:
        self.failures += [Unavailable("message.not-sent", "told to fail")] * times


def person(name: str = "lin", **changes: Json) -> dict[str, Json]:
    """Return the particulars of a grown-up who is reached by e-mail and needs no papers."""
    usual: dict[str, Json] = {"email": f"{name}@example.com", "birth_date": "1990-05-17", "proofing": False}
    return usual | changes


def party(role: str = "borrower", name: str = "Lin Xiaoyu", **changes: Any) -> dict[str, Json]:  # noqa: ANN401  # any member
    """Return a signer who brings a key to the ceremony."""
    return {"role": role, "name": name, "person": person(role), **changes}


@dataclass
class Stage:
    """The ledger with its outbox; `now` moves only when a test moves it."""

    ledger: Ledger
    outbox: Kept = field(default_factory=Kept)
    now: datetime = NOW
    keys: dict[str, Signer | EvmSigner] = field(default_factory=dict)
    chain_id: int = 1

    @property
    def stores(self) -> Stores:
        return self.ledger.stores

    @property
    def senders(self) -> Senders:
        return Senders({Channel.EMAIL: self.outbox, Channel.SMS: self.outbox})

    @property
    def outgoing(self) -> Outgoing:
        return Outgoing(senders=self.senders, link_of=lambda token: f"https://sign.example/sign/{token}")

    def act(self, principal: Principal = VISITOR) -> Act:
        return self.ledger.act(principal, self.now)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def keyed(self, role: str, name: str, **changes: Any) -> dict[str, Json]:  # noqa: ANN401  # any member
        """Return a signer whose key is named at creation, so that `sign` can sign for them."""
        key = open_signer(Suite.ED25519, os.urandom(32), purpose="signer")
        self.keys[key.public.key_id] = key
        return {"role": role, "name": name, "key": key.public.to_json(), **changes}

    def agreement(self, *signers: Mapping[str, Json], **changes: Any) -> str:  # noqa: ANN401  # any field
        """Create an agreement, sent at once unless told otherwise, and cover its entries."""
        usual: dict[str, Any] = {"terms": dict(TERMS), "reading_code": READING_CODE, "send": True}
        listed: Json = [dict(signer) for signer in signers or (party(),)]
        new = NewAgreement(document=small_pdf(pages=PAGES), signers=listed, **(usual | changes))
        made = create(self.stores, self.act(OFFICER), new, Limits()).resource_id
        self.sequence()
        return made

    def view(self, agreement_id: str) -> AgreementView:
        return self.stores.database.read(lambda tx: view_of(tx, agreement_id))

    def signer(self, agreement_id: str, place: int = 0) -> str:
        """Return the id of the signer who stands at this place of the list."""
        found = [row for row in self.view(agreement_id).signers if row.ordinal == place]
        return found[0].signer_id

    def sequence(self) -> None:
        for origin in (ORIGIN, ACCESS_ORIGIN):
            log = self.stores.database.read(partial(log_by_origin, origin=origin))
            assert log is not None
            sequence(self.stores, log, log_signers(origin), Turn(holder="test", now=self.now))

    def work(self) -> None:
        """Let the worker cover what waits, follow the log and send what is due."""
        self.sequence()
        while follow_log(self.stores, self.act(WORKER), self.ledger.log):
            pass
        send_notices(self.stores, self.act(WORKER), self.outgoing)

    def messages(self, address: str, kind: str | None = None) -> list[Message]:
        found = [message for message in self.outbox.messages if message.address == address]
        return [message for message in found if kind in (None, message.kind)]

    def link(self, address: str) -> str:
        """Return the token of the newest link that this address was sent."""
        with_link = [match[1] for message in self.messages(address) if (match := _LINK.search(message.body))]
        return with_link[-1]

    def open(self, address: str) -> Opened:
        return open_invitation(self.stores, self.act(), self.link(address))

    def code(self, opened: Opened, address: str) -> str:
        send_code(self.stores, self.act(), opened.session_token, self.senders)
        found = _CODE.search(self.messages(address, "code")[-1].body)
        assert found is not None
        return found[1]

    def enter(self, address: str) -> tuple[Opened, Confirmed]:
        """Open the newest link of this address in a browser, and confirm it by the code."""
        opened = self.open(address)
        return opened, confirm_code(self.stores, self.act(), opened.session_token, self.code(opened, address))

    def may_sign(self, agreement_id: str, signer_id: str, principal: Principal = OFFICER) -> None:
        """Ask whether this signer may sign now; raises what stands in the way."""
        view = self.view(agreement_id)
        key = record_key(self.stores, view).key
        self.stores.database.read(lambda tx: require_may_sign(tx, key, view, signer_id, self.act(principal)))

    def sign(self, agreement_id: str, place: int = 0) -> None:
        """Sign for a keyed party, through the service."""
        sign(self.stores, self.act(OFFICER), agreement_id, self.signature(agreement_id, place))

    def signature(self, agreement_id: str, place: int = 0) -> NewSignature:
        """Return what a keyed party would hand in now."""
        self.sequence()
        signers = self.stores.database.read(lambda tx: rows.signers_of(tx, agreement_id))
        row = next(row for row in signers if row.signer_id == self.signer(agreement_id, place))
        statement = issue_statement(self.stores, self.act(OFFICER), agreement_id, row.signer_id, chain_id=self.chain_id)
        key = self.keys[row.key_id]
        assert not isinstance(key, EvmSigner)
        signature = Signature(key.public.suite, key.public.key_id, key.sign(statement.to_bytes()))
        return NewSignature(statement=statement.to_bytes(), signature=signature, chain_id=self.chain_id)


def refused(act: Callable[[], object], code: str, field: str | None = None) -> None:
    """Assert that an act is refused with this code, and names this field where one is given."""
    with pytest.raises(LedgerError) as no:
        act()
    assert no.value.code == code, no.value.message
    assert field in (None, no.value.field)


def types(stage: Stage, made: str) -> list[str]:
    """Return the last words of the types of an agreement's entries, in their order."""
    stage.sequence()
    found = stage.stores.database.read(lambda tx: entries_of_subject(tx, stage.ledger.log.id, "agreement", made))
    return [parse_entry(row.data).type.removeprefix("agreement.") for row in found]


def clean(stage: Stage) -> None:
    """Assert that the audit finds every row where the log says it must be."""
    stage.sequence()
    report = audit(stage.stores, None, Scope(), lambda _: None)
    assert report.is_clean, report.findings


@contextmanager
def staged(folder: Path, database_url: str) -> Iterator[Stage]:
    """Open a ledger for a ceremony."""
    with ledger_in(folder, database_url) as ledger:
        yield Stage(ledger)
