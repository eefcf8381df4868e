"""Gas of a checkpoint: a publish with one cosigner and a consistency proof, at 10^3 and near 10^6 entries.

On the embedded chain, with the committed contract. All leaves are the same, so that a tree of a million costs twenty hashes; the
contract cannot tell. What a publish costs depends on the bits of the stored size, so near a million forty checkpoints in a row are
published and the median counts, beside the one that starts from exactly a million. Beside: `UncheckedStore`, which stores size, time
and root of whoever asks (compiled from contracts/test/UncheckedStore.sol with the settings of the committed artifacts).
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from eth_abi.abi import encode

from api.wiring import ids
from benchmarks.measuring import Aim, Figure, Run, median, temporary_folder
from ledger.chain import registry
from ledger.chain.embedded import EmbeddedChain
from ledger.core.log.compact_range import CompactRange
from ledger.core.log.evm_checkpoint import LogTerms, Registry, publish_digest
from ledger.core.log.hashing import leaf_hash, node_hash
from ledger.core.log.proofs import complete_subtrees, consistency_path
from signing.algorithms import keccak256
from support.chains import SENDER, Account, evm_key

AIM = Aim(70_000, "most")
MILLION = 10**6
STEP = 977  # entries from one checkpoint to the next: a prime, so that all low bits of the size vary
IN_A_ROW = 40
COSIGNER, LOG_KEY, RECOVERY = (
    evm_key(name, purpose) for name, purpose in (("one", "cosigner"), ("log", "log-evm"), ("recovery", "sender"))
)
UNCHECKED_STORE = Path(__file__).with_name("unchecked_store.hex")
STORE_CALL = keccak256(b"store(bytes32,uint64,bytes32)")[:4]
BASELINE = "unchecked store of the root"


def measure(run: Run) -> Sequence[Figure]:
    """Return gas at both sizes."""
    with temporary_folder() as folder, _Chain.open(folder) as chain:
        baseline = float(chain.unchecked())
        small = chain.publish_all([1, 1000])[-1]
        near = chain.publish_all(
            [MILLION, *(MILLION + STEP * (number + 1) for number in range(5 if run.quick else IN_A_ROW))]
        )[1:]
    figures = {
        "at 1,000 entries": small,
        "from exactly 1,000,000": near[0],
        f"near 1,000,000, median of {len(near)}": median(near),
    }
    return [
        Figure(
            name=f"gas per checkpoint {name}",
            value=value,
            unit="gas",
            baseline=baseline,
            baseline_name=BASELINE,
            aim=AIM,
        )
        for name, value in figures.items()
    ]


@dataclass
class _Chain:
    """A chain with a registry; each list of sizes is a log of its own."""

    embedded: EmbeddedChain
    account: Account
    contract: bytes
    logs: int = 0

    @classmethod
    def open(cls, folder: Path) -> "_Chain":
        embedded = EmbeddedChain.open(folder, funded=[SENDER.address], random=os.urandom, clock=ids.seconds)
        account = Account(embedded.client(), SENDER)
        contract = account.send(None, registry.creation_code()).contract
        assert contract is not None
        return cls(embedded, account, contract)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.embedded.close()

    def unchecked(self) -> int:
        """Return the gas of the second store under one id, when the slots are warm with an older root."""
        contract = self.account.send(None, bytes.fromhex(UNCHECKED_STORE.read_text(encoding="ascii"))).contract
        calls = (
            STORE_CALL + encode(["bytes32", "uint64", "bytes32"], [b"\x01" * 32, size, bytes([size]) * 32])
            for size in (1, 2)
        )
        return [self.account.send(contract, call).gas_used for call in calls][-1]

    def publish_all(self, sizes: Sequence[int]) -> list[float]:
        """Register a log and publish checkpoints of these sizes; return the gas of each."""
        self.logs += 1
        terms = LogTerms(
            origin="log.example/gas", log_key=LOG_KEY.address, cosigners=(COSIGNER.address,), threshold=1,
            recovery=(RECOVERY.address,), recovery_threshold=1, salt=self.logs.to_bytes(32, "big"),
        )  # fmt: skip
        assert self.account.send(self.contract, registry.register_data(terms)).succeeded
        log_id = registry.log_id_on_chain(self.account.client, self.contract, terms)
        return [float(self._publish(log_id, old, new)) for old, new in zip([0, *sizes], sizes, strict=False)]

    def _publish(self, log_id: bytes, old: int, new: int) -> int:
        place = Registry(self.account.client.chain_id(), self.contract)
        proof, root = consistency_path(old, new, _node) if old else [], _root(new)
        signature = COSIGNER.sign_digest(publish_digest(place, log_id, generation=1, size=new, root=root))
        receipt = self.account.send(
            self.contract, registry.publish_data(log_id, new, root, proof=proof, signatures=[signature])
        )
        assert receipt.succeeded
        return receipt.gas_used


def _levels() -> Iterator[bytes]:
    node: bytes = leaf_hash(b"entry")
    while True:
        yield node
        node = node_hash(node, node)


_SUBTREES = [node for node, _ in zip(_levels(), range(32), strict=False)]


def _node(level: int, index: int) -> bytes:  # noqa: ARG001  # a NodeReader; all subtrees of a level are the same
    return _SUBTREES[level]


def _root(size: int) -> bytes:
    return CompactRange(size, tuple(_node(level, index) for level, index in complete_subtrees(0, size))).root()
