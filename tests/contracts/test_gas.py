"""What each call costs, measured; docs/gas.md shows this very table."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractContainer, ContractInstance
from ape.managers.chain import ChainManager
from parties import Domain, Terms, keys
from rfc6962 import consistency, leaf_hash, uniform_tree

ROOT = Path(__file__).resolve().parents[2]
MILLION = 10**6
# Old and new size of the publishes that are measured.
GROWTH = ((24, 2**10), (MILLION, MILLION + 1000), (2**20, 2**20 + 1000), (2**30 - 1000, 2**30))
BUDGET = 70_000  # with one cosigner, from a stored checkpoint of a million entries: twice the unchecked store
MOST = 75_000  # with one cosigner, for the least lucky proof near that size


class Meter:
    """A registry of its own, deployed by an account of its own: addresses, and so signatures and gas, never vary."""

    def __init__(
        self, unchecked: ContractContainer, checked: ContractContainer, chain_id: int, sender: AccountAPI
    ) -> None:
        self.sender = sender
        self.store: ContractInstance = unchecked.deploy(sender=sender)
        self.registry: ContractInstance = checked.deploy(sender=sender)
        self.domain = Domain(chain_id=chain_id, registry=self.registry.address)
        self.tree = uniform_tree(leaf_hash(b"entry"))
        self.salt = 0

    def register(self, threshold: int, size: int) -> tuple[Terms, bytes, int]:
        self.salt += 1
        terms = Terms(
            cosigners=keys("cosigner", size),
            threshold=threshold,
            recovery=keys("recovery", 1),
            recovery_threshold=1,
            salt=self.salt.to_bytes(32, "big"),
        )
        receipt = self.registry.register(terms.registration(), sender=self.sender)
        return terms, bytes(self.registry.logIdOf(terms.registration())), receipt.gas_used

    def publish(self, terms: Terms, log_id: bytes, old: int, new: int) -> int:
        root = self.tree(0, new)
        proof = consistency(self.tree, old, new) if old else []
        signers = terms.cosigners[: terms.threshold]
        message = {"logId": log_id, "generation": 1, "size": new, "root": root}
        signatures = [self.domain.sign(key, "Checkpoint", message) for key in signers]
        receipt: ReceiptAPI = self.registry.publish(log_id, new, root, proof, signatures, sender=self.sender)
        return int(receipt.gas_used)

    def unchecked(self) -> int:
        self.store.store(b"\x01" * 32, 1, b"\x01" * 32, sender=self.sender)
        return int(self.store.store(b"\x01" * 32, 2, b"\x02" * 32, sender=self.sender).gas_used)

    def successive(self, start: int) -> list[int]:
        """Forty publishes in a row, each of 1 to 1,000 more entries: proofs of every shape near one size."""
        terms, log_id, _ = self.register(1, 1)
        self.publish(terms, log_id, 0, start)
        sizes = [start]
        for number in range(40):
            sizes.append(sizes[-1] + 1 + number * 379 % 1000)
        return sorted(self.publish(terms, log_id, old, new) for old, new in itertools.pairwise(sizes))


@pytest.fixture(scope="module")
def table(
    unchecked_code: ContractContainer, registry_code: ContractContainer, chain: ChainManager, accounts: list[AccountAPI]
) -> dict[str, int]:
    meter = Meter(unchecked_code, registry_code, chain.chain_id, accounts[9])
    rows = {"store size, time and root, checking nothing": meter.unchecked()}
    near = meter.successive(MILLION)
    for label, gas in (("least", near[0]), ("median", near[len(near) // 2]), ("most", near[-1])):
        rows[f"publish near 10^6 entries, 1 of 1: {label} of 40 in a row"] = gas
    for threshold, size in ((1, 1), (3, 5)):
        terms, log_id, gas = meter.register(threshold, size)
        rows[f"register, {threshold} of {size}"] = gas
        rows[f"first checkpoint, {threshold} of {size}"] = meter.publish(terms, log_id, 0, 1)
        for old, new in GROWTH:
            terms, log_id, _ = meter.register(threshold, size)
            meter.publish(terms, log_id, 0, old)
            rows[f"publish {old:,} → {new:,}, {threshold} of {size}"] = meter.publish(terms, log_id, old, new)
    return rows


def test_publish_at_a_million_entries_keeps_its_budget(table: dict[str, int]) -> None:
    assert table["publish 1,000,000 → 1,001,000, 1 of 1"] <= BUDGET
    assert table["publish near 10^6 entries, 1 of 1: median of 40 in a row"] <= BUDGET
    assert table["publish near 10^6 entries, 1 of 1: most of 40 in a row"] <= MOST


def test_documented_gas_table_is_the_measured_one(table: dict[str, int]) -> None:
    fresh = "".join(f"| {call} | {gas:,} |\n" for call, gas in table.items())
    measured = ROOT / ".build" / "gas-table.md"
    measured.write_text(fresh)
    assert fresh in (ROOT / "docs" / "gas.md").read_text(), f"docs/gas.md is stale: put in the rows of {measured}"
