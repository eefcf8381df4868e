"""What a node that mines only when told to does to a version of the blacklist on its way, and what the audit says of its transactions."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

import pytest

from ledger.chain import blacklist_registry
from ledger.core.blacklist.consortium import ALL_ROLES, ChainMember, Place, version_digest
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.tree import EMPTY_ROOT, Root
from ledger.core.blacklist.versions import next_version
from ledger.core.log.audit_findings import Gathered
from ledger.core.log.directory import format_instant
from ledger.errors import VerificationFailed
from ledger.services.blacklist.deploy_consortium import Founding, deploy_consortium
from ledger.services.blacklist.publish_roots import RootKeys, RootState, publish_roots
from ledger.services.log.audit_setup import check_setup
from ledger.services.log.bind_chain import known_binding
from ledger.storage.blacklist import EpochRow, insert_epoch
from ledger.storage.chain_setup import SetupRow, setup_transactions
from ledger.storage.consortium import ConsortiumRow, newest_on_chain
from ledger.storage.database import Connection
from ledger.storage.token_tree import VersionRow, insert_version
from support.anvil import Anvil
from support.chains import SENDER, Account, evm_key
from support.consortium import NOW, REGISTRY, consortium, sign
from support.installation import Installation

VOTER, SIGNER = evm_key("voter"), evm_key("signer")
FOUNDER = ChainMember(
    institution="inst-1",
    voter=VOTER.address,
    expires_at=2**40,
    roles=ALL_ROLES,
    signer=SIGNER.address,
    key=b"\x01" * 32,
)
KEYS = RootKeys(sender=SENDER, signer=SIGNER, cadence_seconds=600)
EPOCH = consortium().signed_epoch


def until(step: Callable[[], object], installation: Installation) -> None:
    for _ in range(10):
        if step():
            return
        installation.mine()
    pytest.fail("this never came to be")


@dataclass(frozen=True)
class List:
    """A list with one version, on an installation whose consortium has one member."""

    here: Installation
    anvil: Anvil
    place: ConsortiumRow
    epoch: EpochRow
    root: bytes

    def publish(self) -> RootState:
        return publish_roots(self.here.stores, self.here.client, KEYS, self.here.turn, self.epoch)

    def head(self) -> tuple[int, int] | None:
        return blacklist_registry.head(self.here.client, self.place.registry, self.epoch.id)

    def sent(self, name: str) -> list[SetupRow]:
        purpose = f"blacklist:{name}:{self.epoch.id.hex()[:16]}" + (":1" if name == "version" else "")
        return self.here.stores.database.read(lambda tx: setup_transactions(tx, purpose))

    def on_record(self) -> int:
        return self.here.stores.database.read(lambda tx: newest_on_chain(tx, self.epoch.id))


def insert_list(tx: Connection, epoch: EpochRow, root: bytes) -> None:
    version = next_version(epoch.id, None, root=EMPTY_ROOT, count=0, at=format_instant(NOW - timedelta(days=2)))
    record = Signed(version, sign(version, REGISTRY)).to_bytes()
    insert_epoch(tx, epoch)
    insert_version(tx, VersionRow(epoch.id, 1, root, 0, record, "entry-1", version.at))


@pytest.fixture
def one(on_anvil: Installation, anvil: Anvil) -> List:
    found: list[ConsortiumRow] = []

    def deployed() -> bool:
        row = deploy_consortium(on_anvil.stores, on_anvil.client, SENDER, on_anvil.turn, Founding("test", [FOUNDER]))
        found.extend([row] if row else [])
        return row is not None

    until(deployed, on_anvil)
    epoch = EpochRow(EPOCH.epoch.id, "inst-1", "blacklist", 1, EPOCH.to_bytes(), "entry-0", format_instant(NOW))
    on_anvil.stores.database.write(lambda tx: insert_list(tx, epoch, EMPTY_ROOT))
    return List(on_anvil, anvil, found[0], epoch, EMPTY_ROOT)


def test_version_that_a_reorg_takes_back_is_sent_again_and_stored_once(one: List) -> None:
    until(lambda: one.publish() is RootState.SENT and one.head() is not None, one.here)
    assert one.publish() is RootState.SENT
    one.anvil.mine()
    assert (one.publish(), one.on_record()) == (RootState.NOTHING_NEW, 0)  # in a block, and not yet final
    one.anvil.control("anvil_rollback", 1)
    assert one.head() == (0, 0)
    assert one.publish() is RootState.SENT
    until(lambda: one.publish() is RootState.NOTHING_NEW and one.on_record() == 1, one.here)
    assert (len(one.sent("epoch")), len(one.sent("version"))) == (1, 1)


def test_audit_knows_the_transactions_and_names_a_purpose_that_was_changed(one: List) -> None:
    until(lambda: one.publish() is RootState.NOTHING_NEW and one.on_record() == 1, one.here)
    rows = [asdict(row) for row in [*one.sent("epoch"), *one.sent("version")]]
    assert findings(one, rows) == []
    assert findings(one, [{**rows[0], "purpose": rows[1]["purpose"]}]) == ["purpose"]
    assert findings(one, [{**rows[1], "log_id": 1}]) == ["log_id"]


def findings(one: List, rows: list[dict[str, object]]) -> list[str]:
    gathered = Gathered()
    given: Mapping[str, list[dict[str, object]]] = {
        "setup_transaction": rows, "log_registration": [], "log": [], "chain_binding": [],
    }  # fmt: skip
    check_setup(gathered, given, known_binding(one.here.stores))
    return [finding.field for finding in gathered.findings]


def test_another_list_under_the_same_number_is_a_loud_refusal(one: List) -> None:
    """A member signed another list, behind this registry's back, and somebody published it."""
    one.publish()  # the epoch
    until(lambda: one.head() is not None, one.here)
    version = next_version(
        one.epoch.id, None, root=Root(b"\x07" * 32), count=1, at=format_instant(NOW - timedelta(days=2))
    )
    binding = known_binding(one.here.stores)
    assert binding is not None
    signature = SIGNER.sign_digest(version_digest(Place(binding.chain_id, one.place.registry), version))
    account = Account(one.here.client, SENDER, one.anvil.mine)
    assert account.send(one.place.registry, blacklist_registry.publish_data(version, [signature])).succeeded
    one.here.mine()
    with pytest.raises(VerificationFailed) as refused:
        one.publish()
    assert refused.value.code == "roots.differ"
