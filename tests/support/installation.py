"""An installation with one log and a chain, for tests of anchoring: real stores, a small sequencer, a clock to turn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from ledger.chain import registry as contract
from ledger.chain.client import ChainClient, Node
from ledger.core.log.anchoring import AnchorPolicy
from ledger.core.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal, Role
from ledger.core.log.tiles import Tile, bundles_to_write, encode_bundle, grow_tiles
from ledger.services.context import Act, Stores
from ledger.services.log.anchor import AnchorProgress, anchor
from ledger.services.log.anchor_health import AnchorHealth, anchor_health
from ledger.services.log.anchor_parties import AnchorKeys, LocalCosigner, Turn
from ledger.services.log.bind_chain import bind_chain
from ledger.services.log.deploy_registry import deploy_registry
from ledger.services.log.register_log import Registering, register_log
from ledger.services.log.tree import object_name, tree_reader
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.anchors import AnchorRow, anchors_after
from ledger.storage.chain_setup import chain_of_installation
from ledger.storage.database import Connection
from ledger.storage.leases import acquire_lease, release_lease, sequencer_lease
from ledger.storage.log import assign, entries_between, leaf_hashes_between, take_pending
from ledger.storage.logs import (
    CheckpointRow,
    LogRow,
    NewLog,
    insert_checkpoint,
    insert_log,
    latest_checkpoint,
    log_by_id,
)
from ledger.storage.objects import Objects
from ledger.storage.record_keys import RecordKeys
from support.chains import SENDER, evm_key
from support.databases import migrated_file
from support.doors import Fate, FatedDatabase, FatedNode
from support.fixed_keys import ORIGIN, private_key, verifier_key

BEGIN = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Shanghai
COSIGNER = evm_key("cosigner", "cosigner")
KEYS = AnchorKeys(sender=SENDER, cosigners=(LocalCosigner(COSIGNER),))
RECOVERY = (evm_key("recovery", "cosigner").address,)
POLICY = AnchorPolicy(zone="Asia/Shanghai")
LOG_KEY = evm_key("log", "log-evm")


@dataclass
class Installation:
    """The handle of a test: everything that outlives a process is behind it."""

    folder: Path
    node: FatedNode
    stores: Stores
    confirmations: int | None
    mine: Callable[[], object]
    log_id: int = 0
    now: datetime = BEGIN
    policy: AnchorPolicy = POLICY
    keys: AnchorKeys = KEYS
    worker: str = "worker-1"
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def client(self) -> ChainClient:
        return ChainClient(self.node, confirmations=self.confirmations)

    @property
    def log(self) -> LogRow:
        found = self.stores.database.read(lambda tx: log_by_id(tx, self.log_id))
        assert found is not None
        return found

    @property
    def turn(self) -> Turn:
        return Turn(now=self.now, holder=self.worker, policy=self.policy)

    @property
    def act(self) -> Act:
        principal = Principal("operator", "lender-7", frozenset({Role.OPERATOR}), "program")
        return Act(principal=principal, now=self.now, new_id=self.new_id, random=self._random)

    def new_id(self) -> str:
        return f"01936f2e-8a40-7c11-b1aa-{next(self.ids):012x}"

    def _random(self, length: int) -> bytes:
        return next(self.ids).to_bytes(32, "big")[:length]

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def anchor(self) -> AnchorProgress:
        return anchor(self.stores, self.client, self.log, self.keys, self.turn)

    def health(self) -> AnchorHealth:
        return anchor_health(self.stores, self.log_id, self.policy)

    def attempts(self) -> list[AnchorRow]:
        return self.stores.database.read(lambda tx: anchors_after(tx, self.log_id))

    def states(self) -> list[str]:
        return [row.state for row in self.attempts()]

    def head(self) -> contract.Head:
        registry_log_id = self.log.registry_log_id
        assert registry_log_id is not None
        found = self.stores.database.read(chain_of_installation)
        assert found is not None
        return contract.head(self.client, found.registry, registry_log_id)

    def add(self, number: int = 1, *, type: str = "document.read") -> None:  # noqa: A002  # the entry's word
        """Append entries, each of its own subject, and sign the checkpoint that covers them."""
        log = self.log

        def work(tx: Connection) -> None:
            for _ in range(number):
                event = Event(
                    type=type,
                    log=log,
                    subject_kind=type.partition(".")[0],
                    subject_id=self.new_id(),
                    role="officer",
                    record=RecordKey("none", b""),
                    facts={"pages": 12},
                )
                record(tx, self.stores, self.act, event)

        self.stores.database.write(work)
        self.sequence()

    def sequence(self) -> None:
        sequence(self.stores, self.log, self.now)

    def start(self) -> None:
        """Deploy, bind and register, however often the chain has to be waited for."""
        for _ in range(10):
            deployed = deploy_registry(self.stores, self.client, SENDER, self.turn)
            if deployed is not None:
                bind_chain(self.stores, self.client, deployed, self.now)
                if self.register() is not None:
                    return
            self.mine()
        raise AssertionError("expected the log to be registered by now")

    def register(self) -> bytes | None:
        registering = Registering(act=self.act, turn=self.turn, recovery=RECOVERY)
        return register_log(self.stores, self.client, self.log, self.keys, registering)

    def reborn(self, fate: Fate) -> "Installation":
        """Return the installation as the next process sees it, which is to end as `fate` says."""
        self.node.fate = fate
        database = self.stores.database
        assert isinstance(database, FatedDatabase)
        database.fate = fate
        return replace(self, worker=self.worker + "+")


def sequence(stores: Stores, log: LogRow, now: datetime) -> None:
    """Do a sequencer's work in the simplest way: assign, write tiles, sign the checkpoint."""
    at, name = format_instant(now), sequencer_lease(log.id)
    fence = stores.database.write(lambda tx: acquire_lease(tx, name, "test", at, 10))
    assert fence is not None
    newest = stores.database.read(lambda tx: latest_checkpoint(tx, log.id))
    old = newest.size if newest else 0
    rows = stores.database.read(lambda tx: take_pending(tx, log.id, 10_000))
    size = old + len(rows)
    stores.database.write(lambda tx: assign(tx, log.id, old, rows, fence=fence))
    write_tiles(stores, log.id, old, size)
    root = tree_reader(stores, log.id, size).compact_range().root()
    note = sign_checkpoint(Checkpoint(log.origin, size, root), verifier_key(), private_key(ORIGIN).sign)
    row = CheckpointRow(log.id, size, root, note, None, fence, at)
    stores.database.write(lambda tx: insert_checkpoint(tx, row, previous_size=newest.size if newest else None))
    stores.database.write(lambda tx: release_lease(tx, name, fence, at))


def write_tiles(stores: Stores, log_id: int, old: int, size: int) -> None:
    leaves = stores.database.read(lambda tx: list(leaf_hashes_between(tx, log_id, old, size)))

    def fetch(tile: Tile) -> bytes:
        return stores.objects.get(object_name(log_id, tile.path))

    for tile, data in grow_tiles(old, leaves, fetch).items():
        stores.objects.put(object_name(log_id, tile.path), data)
    for bundle in bundles_to_write(old, size):
        first = bundle.index * 256
        entries = stores.database.read(
            lambda tx, first=first, width=bundle.width: [  # type: ignore[misc]  # the defaults are bound at once
                row.data for row in entries_between(tx, log_id, first, first + width)
            ]
        )
        stores.objects.put(object_name(log_id, bundle.path), encode_bundle(entries))


@contextmanager
def installed(
    folder: Path, node: Node, *, mine: Callable[[], object], confirmations: int | None = None, fate: Fate | None = None
) -> Iterator[Installation]:
    """Yield a migrated installation with one open log, not yet bound to the chain behind `node`."""
    fate = fate or Fate()
    folder.mkdir(parents=True, exist_ok=True)
    url = migrated_file(folder / "ledger.db")
    database = FatedDatabase(url, fate)
    stores = Stores(
        database=database,
        objects=Objects(f"file://{folder / 'objects'}"),
        record_keys=RecordKeys(folder / "keys", bytes(32)),
        pseudonym_key=bytes(32),
        index_key=bytes(32),
    )
    new = NewLog(
        origin=ORIGIN,
        institution_id="lender-7",
        kind="main",
        public_key=verifier_key().encode(),
        evm_address=LOG_KEY.address,
        opened_at=format_instant(BEGIN),
    )
    log_id = database.write(lambda tx: insert_log(tx, new))
    try:
        yield Installation(folder, FatedNode(node, fate), stores, confirmations, mine, log_id)
    finally:
        database.close()
