"""A log on a chain: the contract, its cosigners, and a growing tree to publish from."""

from dataclasses import dataclass

from ledger.chain import registry
from ledger.core.log.evm_checkpoint import LogTerms, Registry, publish_digest
from ledger.core.log.proofs import consistency_path
from support.chains import Account, evm_key
from support.trees import leaves_of, naive_root, reader_of

COSIGNERS = sorted((evm_key(f"cosigner {number}", "cosigner") for number in range(3)), key=lambda key: key.address)
LOG_KEY = evm_key("log", "log-evm")
TERMS = LogTerms(
    origin="log.lender.example/2026",
    log_key=LOG_KEY.address,
    cosigners=tuple(key.address for key in COSIGNERS),
    threshold=2,
    recovery=(evm_key("recovery").address,),
    recovery_threshold=1,
    salt=bytes(32),
)


@dataclass(frozen=True)
class RegisteredLog:
    account: Account
    contract: bytes
    log_id: bytes

    def publication(self, old_size: int, size: int, *, seed: int = 0, signers: int = 2) -> bytes:
        """Return call data that extends the tree of `old_size` leaves; another seed is another history."""
        leaves = leaves_of(size, seed=seed)
        root = naive_root(leaves)
        digest = self.digest(size, root)
        return registry.publish_data(
            self.log_id,
            size,
            root,
            proof=consistency_path(old_size, size, reader_of(leaves)),
            signatures=[key.sign_digest(digest) for key in COSIGNERS[:signers]],
        )

    def digest(self, size: int, root: bytes) -> bytes:
        place = Registry(self.account.client.chain_id(), self.contract)
        return publish_digest(place, self.log_id, generation=1, size=size, root=root)

    def publish(self, old_size: int, size: int) -> None:
        assert self.account.send(self.contract, self.publication(old_size, size)).succeeded

    def head(self) -> registry.Head:
        return registry.head(self.account.client, self.contract, self.log_id)


def register_log(account: Account) -> RegisteredLog:
    """Deploy the contract and register a log in it."""
    contract = account.send(None, registry.creation_code()).contract
    assert contract is not None
    assert account.send(contract, registry.register_data(TERMS)).succeeded
    return RegisteredLog(account, contract, registry.log_id_on_chain(account.client, contract, TERMS))
