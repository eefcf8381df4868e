"""Audit of anchoring: each stored transaction against what it says, each event against the one before, each proof again.

Promises: size and root of an attempt stand in its signed bytes and in a stored checkpoint; a final anchor has a proof that
holds without a node. With a client the chain itself is asked; without one nothing is said about it. DESIGN section 4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.chain import registry as contract
from ledger.chain.client import ChainClient
from ledger.chain.faults import Reverted
from ledger.chain.transactions import sender_of, unsigned
from ledger.core.evidence.chain_proof import Registry, prove_head
from ledger.core.log.audit_findings import Finding, Gathered
from ledger.core.log.audit_shown import NOTHING, show
from ledger.core.log.receipt_chain import ChainProof
from ledger.errors import InvalidInput, LedgerError
from ledger.services.context import Stores
from ledger.services.log.audit_setup import check_setup
from ledger.services.log.audit_world import log_rows
from ledger.storage.audit_reads import Read, columns_of, stream
from ledger.storage.chain_setup import BindingRow, chain_of_installation
from ledger.storage.database import Connection
from ledger.storage.logs import LogRow
from signing.algorithms import keccak256
from signing.canonical import decode
from signing.errors import SigningError

INBLOCK = frozenset({"mined", "reverted", "final", "spent"})
CLOSED = frozenset({"final", "spent", "replaced"})
BLOCK = ("block_number", "block_hash", "gas_used")
_HEAD_BYTES = 4 + 3 * 32  # selector, log id, size, root: the part of `publish` that names the checkpoint

Row = Mapping[str, object]


def audit_anchors(stores: Stores, client: ChainClient | None) -> Gathered:
    """Check everything about anchoring; raises Unavailable when a given client's chain does not answer."""
    anchors = stores.database.read(_load)
    for attempt in anchors.attempts.values():
        anchors.check_attempt(attempt)
    anchors.check_orphans()
    check_setup(anchors.gathered, anchors.setup, anchors.binding)
    if client is not None:
        _ask(anchors, client)
    return anchors.gathered


@dataclass
class _Anchors:
    """Every row of anchoring, which is one per anchor and so fits memory for centuries."""

    binding: BindingRow | None
    logs: Mapping[int, LogRow]
    attempts: Mapping[object, Row]
    events: Mapping[object, list[Row]]
    proofs: Mapping[object, Row]
    roots: Mapping[tuple[object, object], object]
    setup: Mapping[str, list[Row]]
    gathered: Gathered = field(default_factory=Gathered)

    def check_attempt(self, attempt: Row) -> None:
        self.gathered.counts["anchors"] += 1
        self._check_transaction(attempt)
        root = self.roots.get((attempt["log_id"], attempt["size"]))
        self._compare(attempt, "root", root, attempt["root"])
        earlier = [
            other["id"]
            for other in self.attempts.values()
            if _nonce(other) == _nonce(attempt)
            and str(other["id"]).isdigit()
            and int(str(other["id"])) < int(str(attempt["id"]))
        ]
        self._compare(attempt, "replaces", earlier[-1] if earlier else None, attempt["replaces"])
        self._check_events(attempt, self.events.get(attempt["id"], []))

    def _check_transaction(self, attempt: Row) -> None:
        raw = attempt["raw_transaction"]
        try:
            transaction, sender = (
                unsigned(raw if isinstance(raw, bytes) else b""),
                sender_of(raw if isinstance(raw, bytes) else b""),
            )
        except InvalidInput as error:
            self.find(attempt, ("anchor.bad-transaction", "raw_transaction"), "a transaction of ours", error.code)
            return
        self._compare(
            attempt, "transaction_hash", keccak256(raw if isinstance(raw, bytes) else b""), attempt["transaction_hash"]
        )
        self._compare(attempt, "nonce", transaction.nonce, attempt["nonce"])
        self._compare(attempt, "sender", sender, attempt["sender"])
        log = self.logs.get(attempt["log_id"]) if isinstance(attempt["log_id"], int) else None
        if log is None or log.registry_log_id is None or self.binding is None:
            self.find(attempt, ("anchor.unregistered", "log_id"), "a registered log", show("log_id", attempt["log_id"]))
            return
        expected = transaction.data[:_HEAD_BYTES]
        if (transaction.chain_id, transaction.to) != (self.binding.chain_id, self.binding.registry):
            self.find(
                attempt,
                ("anchor.other-registry", "raw_transaction"),
                self.binding.registry.hex(),
                show("to", transaction.to),
            )
        size, root = attempt["size"], attempt["root"]
        if (
            not isinstance(size, int)
            or not isinstance(root, bytes)
            or expected != _publish_head(log.registry_log_id, size, root)
        ):
            self.find(
                attempt,
                ("anchor.other-checkpoint", "size"),
                expected[4 + 32 :].hex(),
                f"{show('size', size)} {show('root', root)}",
            )

    def _check_events(self, attempt: Row, events: list[Row]) -> None:
        if not events:
            self.find(attempt, ("anchor.events", "row"), "a first event, signed", NOTHING)
            return
        first, last = events[0], events[-1]
        if first["at"] != attempt["created_at"]:  # either of the two was altered
            self.find(
                attempt, ("row.differs", "created_at"), show("at", first["at"]), show("at", attempt["created_at"])
            )
            self._find_event(attempt, first, "at", show("at", attempt["created_at"]))
        for before, event in zip([None, *events], events, strict=False):
            self._check_event(attempt, before, event)
        if (last["state"] == "final") != (attempt["id"] in self.proofs):
            self.find(
                attempt, ("anchor.proof", "state"), "a proof for a final anchor, and for no other", "the contrary"
            )
            self._find_event(attempt, last, "state", "the state that its proof tells")
        if attempt["id"] in self.proofs:
            self._check_proof(attempt, self.proofs[attempt["id"]], events)

    def _check_event(self, attempt: Row, before: Row | None, event: Row) -> None:
        state = event["state"]
        filled = [name for name in BLOCK if event[name] is not None]
        if state not in _FOLLOWS.get(str(before["state"]) if before else "", ()):
            self._find_event(
                attempt, event, "state", f"what may follow {show('state', before['state'] if before else None)}"
            )
        elif state in INBLOCK and len(filled) < len(BLOCK):
            self._find_event(attempt, event, next(name for name in BLOCK if event[name] is None), "the block it is in")
        elif state in {"signed", "sent", "reorged"} and filled:
            self._find_event(attempt, event, filled[0], NOTHING)
        elif before is not None and state in CLOSED and before["state"] in INBLOCK and (filled or state != "replaced"):
            for name in BLOCK:  # the block of a last event is that of the event before: either may have been altered
                if event[name] != before[name]:
                    self._find_event(attempt, event, name, show(name, before[name]))
                    self._find_event(attempt, before, name, show(name, event[name]))

    def _find_event(self, attempt: Row, event: Row, field: str, expected: str) -> None:
        named = {**attempt, "id": event["id"]}
        self.find(named, ("anchor.event", field), expected, show(field, event[field]), kind="anchor_event")

    def _check_proof(self, attempt: Row, row: Row, events: list[Row]) -> None:
        log = self.logs.get(attempt["log_id"]) if isinstance(attempt["log_id"], int) else None
        if self.binding is None or log is None or log.registry_log_id is None:
            return
        stored = row["proof"] if isinstance(row["proof"], bytes) else b""
        try:
            proof = ChainProof.from_json(decode(stored))
            registry = Registry(self.binding.registry, self.binding.code_hash, log.registry_log_id)
            head = prove_head(proof.header_rlp, proof.account_proof, proof.storage_proofs, registry)
        except (LedgerError, SigningError) as error:
            self.find_proof(attempt, "proof", "a proof of this checkpoint", error.code)
            return
        for name, expected, found in (
            ("header", proof.header_rlp, row["header"]),
            ("size", head.size, attempt["size"]),
            ("root", head.root, attempt["root"]),
            ("code_hash", self.binding.code_hash, proof.code_hash),
        ):
            if expected != found:
                self.find_proof(attempt, name, show(name, expected), show(name, found))
        block = (events[-1]["block_number"], events[-1]["block_hash"]) if events else (None, None)
        number = head.header.number
        if not isinstance(block[0], int) or number < block[0] or (number == block[0]) != (head.header.hash == block[1]):
            self.find_proof(attempt, "block_number", f"{number} or before", show("block_number", block[0]))

    def check_orphans(self) -> None:
        for kind, owners in (("anchor_event", self.events), ("anchor_proof", self.proofs)):
            for owner in owners:
                if owner not in self.attempts:
                    found = Finding(
                        code="row.without-entry", kind=kind, id=show("attempt_id", owner), field="attempt_id", expected="an attempt", found=NOTHING
                    )  # fmt: skip
                    self.gathered.find(found)

    def _compare(self, attempt: Row, name: str, expected: object, found: object) -> None:
        if expected != found:
            self.find(attempt, ("row.differs", name), show(name, expected), show(name, found))

    def find(
        self, attempt: Row, place: tuple[str, str], expected: str, found: str, kind: str = "anchor_attempt"
    ) -> None:
        log = self.logs.get(attempt["log_id"]) if isinstance(attempt["log_id"], int) else None
        code, where = place
        self.gathered.find(
            Finding(
                code=code,
                kind=kind,
                id=show("id", attempt["id"]),
                field=where,
                expected=expected,
                found=found,
                log=log.origin if log else None,
            )
        )

    def find_proof(self, attempt: Row, field: str, expected: str, found: str) -> None:
        self.find(attempt, ("anchor.proof", field), expected, found, kind="anchor_proof")


_OPEN = ("sent", "mined", "reverted", "reorged", "replaced")
_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "": ("signed",),
    "signed": _OPEN,
    "sent": _OPEN,
    "reorged": _OPEN,
    "mined": (*_OPEN, "final"),
    "reverted": (*_OPEN, "spent"),
}


def _publish_head(log_id: bytes, size: int, root: bytes) -> bytes:
    if not 0 <= size < 2**64 or len(root) != 32:  # noqa: PLR2004  # a hash
        return b""
    return contract.publish_data(log_id, size, root, proof=[], signatures=[])[:_HEAD_BYTES]


def _nonce(attempt: Row) -> tuple[object, object]:
    return attempt["sender"], attempt["nonce"]


def _ask(anchors: _Anchors, client: ChainClient) -> None:
    """Hold the rows against the chain: who it is, where each anchor is, and what the registry holds now."""
    binding = anchors.binding
    if binding is None:
        return
    if not _ask_binding(anchors, client, binding):
        return
    for attempt in anchors.attempts.values():
        newest = anchors.events.get(attempt["id"], [])[-1:]
        if newest and newest[0]["state"] in INBLOCK and isinstance(attempt["transaction_hash"], bytes):
            _ask_receipt(anchors, client, attempt, newest[0])
    for log in anchors.logs.values():
        if log.registry_log_id is not None:
            _ask_head(anchors, client, log, log.registry_log_id)


def _ask_binding(anchors: _Anchors, client: ChainClient, binding: BindingRow) -> bool:
    """Return whether this is the chain to which the installation is bound; another one cannot answer for its anchors."""
    for column, said, stored in (
        ("chain_id", client.chain_id(), binding.chain_id),
        ("genesis_hash", client.genesis_hash(), binding.genesis_hash),
        ("code_hash", keccak256(client.code(binding.registry)), binding.code_hash),
    ):
        if said != stored:
            place = ("chain.other-binding", "chain_binding", "1", column)
            _found(anchors, place, show(column, said), show(column, stored))
            return False
    if binding.deployed_transaction is not None:
        deployed = client.receipt(binding.deployed_transaction)
        number = deployed.block_number if deployed else None
        if number != binding.block_number:
            place = ("row.differs", "chain_binding", "1", "block_number")
            _found(anchors, place, show("number", number), show("number", binding.block_number))
    return True


def _found(anchors: _Anchors, place: tuple[str, str, str, str], expected: str, found: str) -> None:
    code, kind, record, where = place
    anchors.gathered.find(Finding(code=code, kind=kind, id=record, field=where, expected=expected, found=found))


def _ask_receipt(anchors: _Anchors, client: ChainClient, attempt: Row, event: Row) -> None:
    transaction = attempt["transaction_hash"]
    receipt = client.receipt(transaction) if isinstance(transaction, bytes) else None
    found = (event["block_number"], event["block_hash"], event["gas_used"])
    expected = (receipt.block_number, receipt.block_hash, receipt.gas_used) if receipt else (None, None, None)
    for name, said, stored in zip(BLOCK, expected, found, strict=True):
        if said != stored and not (
            receipt is None and event["state"] in {"mined", "reverted"}
        ):  # a reorg not yet noted
            anchors.find(
                attempt, ("anchor.chain-differs", f"event {event['id']} {name}"), show(name, said), show(name, stored)
            )  # one thing


def _ask_head(anchors: _Anchors, client: ChainClient, log: LogRow, log_id: bytes) -> None:
    assert anchors.binding is not None  # noqa: S101  # the caller looked
    try:
        head = contract.head(client, anchors.binding.registry, log_id)
    except Reverted as error:
        anchors.gathered.find(
            Finding(
                code="chain.unknown-log",
                kind="log",
                id=log.origin,
                field="registry_log_id",
                expected=log_id.hex(),
                found=error.code,
            )
        )
        return
    stored = anchors.roots.get((log.id, head.size))
    if head.size and stored != head.root:
        anchors.gathered.find(
            Finding(
                code="chain.head-differs",
                kind="checkpoint",
                id=f"{log.origin}@{head.size}",
                field="root",
                expected=head.root.hex(),
                found=show("root", stored),
                log=log.origin,
                first_bad_checkpoint=head.size,
            )
        )


def _load(tx: Connection) -> _Anchors:
    events: dict[object, list[Row]] = {}
    for event in _rows(tx, "anchor_event"):
        events.setdefault(event["attempt_id"], []).append(event)
    tables = ("chain_binding", "log_registration", "setup_transaction", "log")
    return _Anchors(
        binding=chain_of_installation(tx),
        logs={row.id: row for row in log_rows(tx)},
        attempts={row["id"]: row for row in _rows(tx, "anchor_attempt")},
        events=events,
        proofs={row["attempt_id"]: row for row in _rows(tx, "anchor_proof", "attempt_id")},
        roots=dict(_roots(tx)),
        setup={table: list(_rows(tx, table, "log_id" if table == "log_registration" else "id")) for table in tables},
    )


def _roots(tx: Connection) -> Iterator[tuple[tuple[object, object], object]]:
    for row in stream(tx, Read(table="checkpoint", columns=("log_id", "size", "root"), order=("log_id", "size"))):
        yield (row[0], row[1]), row[2]


def _rows(tx: Connection, table: str, order: str = "id") -> Iterator[Row]:
    columns = columns_of(table)
    for raw in stream(tx, Read(table=table, columns=columns, order=(order,))):
        yield dict(zip(columns, raw, strict=True))
