"""A registered log with a first checkpoint, and the doors to the contracts under test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractContainer, ContractInstance
from ape.managers.chain import ChainManager
from eth_account.signers.local import LocalAccount
from ethpm_types import ContractType
from members import YEAR, Consort, Institution
from members import Domain as MembersDomain
from parties import Domain, Terms, keys
from rfc6962 import RangeHash, consistency, leaf_hash, tree_of

from compile_contracts import compile_contract
from toolchain import ensure

ARTIFACTS = Path(__file__).resolve().parents[2] / "ledger" / "chain" / "artifacts"


@dataclass(frozen=True, kw_only=True)
class RegisteredLog:
    """One log in the registry, its parties, and a tree of 100 entries to publish from."""

    registry: ContractInstance
    domain: Domain
    terms: Terms
    log_id: bytes
    sender: AccountAPI
    tree: RangeHash

    def quorum(self, kind: str, **message: object) -> list[bytes]:
        """Signatures of as many of the first cosigners as it takes; generation 1 unless told."""
        signers = self.terms.cosigners[: self.terms.threshold]
        return self.domain.sign_all(signers, kind, logId=self.log_id, **{"generation": 1, **message})

    def recovery_quorum(self, **message: object) -> list[bytes]:
        signers = self.terms.recovery[: self.terms.recovery_threshold]
        return self.domain.sign_all(signers, "Recovery", logId=self.log_id, **message)

    def root(self, size: int) -> bytes:
        return self.tree(0, size)

    def proof(self, old_size: int, new_size: int) -> list[bytes]:
        return consistency(self.tree, old_size, new_size) if old_size else []

    def publish(self, old_size: int, new_size: int, **changed: object) -> ReceiptAPI:
        """Publish as it should be done, except for what `changed` names."""
        size = changed.get("size", new_size)
        root = changed["root"] if "root" in changed else self.root(new_size)
        proof = changed["proof"] if "proof" in changed else self.proof(old_size, new_size)
        signatures = (
            changed["signatures"] if "signatures" in changed else self.quorum("Checkpoint", size=size, root=root)
        )
        return self.registry.publish(self.log_id, size, root, proof, signatures, sender=self.sender)


@pytest.fixture(scope="session")
def sender(accounts: list[AccountAPI]) -> AccountAPI:
    return accounts[0]


def container(artifact: Mapping[str, object]) -> ContractContainer:
    """What ape deploys, from an artifact of ours: ape's own compile step and its cache stay out of the tests."""
    return ContractContainer(
        ContractType.model_validate(
            {
                "contractName": artifact["contract"],
                "abi": artifact["abi"],
                "deploymentBytecode": {"bytecode": artifact["bytecode"]},
                "runtimeBytecode": {"bytecode": artifact["deployed_bytecode"]},
            }
        )
    )


def committed(contract: str) -> ContractContainer:
    """What ape deploys, from the committed artifact."""
    return container(json.loads((ARTIFACTS / f"{contract}.json").read_text()))


@pytest.fixture(scope="session")
def consort(chain: ChainManager, sender: AccountAPI) -> Consort:
    """A consortium of three institutions."""
    now = chain.pending_timestamp
    founders = tuple(Institution(name, now + YEAR * 2) for name in ("bank-a", "bank-b", "bank-c"))
    contract = committed("Consortium").deploy(
        "consortium.example", [founder.struct() for founder in founders], sender=sender
    )
    domain = MembersDomain("Tallystick Consortium", chain.chain_id, contract.address)
    return Consort(contract=contract, domain=domain, founders=founders, sender=sender, now=now)


@pytest.fixture(scope="session")
def registry_code() -> ContractContainer:
    """The committed artifact, so that what is tested is what is deployed."""
    return committed("CheckpointRegistry")


@pytest.fixture(scope="session")
def unchecked_code() -> ContractContainer:
    return container(compile_contract("test/UncheckedStore", ensure()["solc"]))


@pytest.fixture(scope="session")
def registry(registry_code: ContractContainer, sender: AccountAPI) -> ContractInstance:
    return registry_code.deploy(sender=sender)


@pytest.fixture(scope="session")
def harness(sender: AccountAPI) -> ContractInstance:
    return container(compile_contract("test/MerkleHarness", ensure()["solc"])).deploy(sender=sender)


@pytest.fixture(scope="session")
def domain(chain: ChainManager, registry: ContractInstance) -> Domain:
    return Domain(chain_id=chain.chain_id, registry=registry.address)


@pytest.fixture(scope="session")
def terms() -> Terms:
    return Terms()


@pytest.fixture(scope="session")
def log(registry: ContractInstance, domain: Domain, terms: Terms, sender: AccountAPI) -> RegisteredLog:
    """A log of three cosigners, two of whom make a quorum, at its first checkpoint of 5 entries."""
    log_id = bytes(registry.logIdOf(terms.registration()))
    registry.register(terms.registration(), sender=sender)
    tree = tree_of([leaf_hash(b"entry %d" % number) for number in range(100)])
    made = RegisteredLog(registry=registry, domain=domain, terms=terms, log_id=log_id, sender=sender, tree=tree)
    made.publish(0, 5)
    return made


@pytest.fixture(scope="session")
def stranger() -> LocalAccount:
    return keys("stranger", 1)[0]


@pytest.fixture(scope="session")
def fresh_log(log: RegisteredLog) -> RegisteredLog:
    """A log of the same parties without a checkpoint."""
    terms = Terms(salt=b"\x0f" * 32)
    log.registry.register(terms.registration(), sender=log.sender)
    log_id = bytes(log.registry.logIdOf(terms.registration()))
    return RegisteredLog(
        registry=log.registry, domain=log.domain, terms=terms, log_id=log_id, sender=log.sender, tree=log.tree
    )
