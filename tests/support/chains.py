"""What the chain tests share: fixed keys, a fixed clock, an embedded chain in a folder, a way to send."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ledger.chain.client import ChainClient
from ledger.chain.embedded import EmbeddedChain
from ledger.chain.facts import TxReceipt
from ledger.chain.transactions import SignedTransaction, Transaction, sign
from signing.keys.signer import EvmSigner

START = 1_795_000_000  # Unix seconds; November 2026


def evm_key(name: str, purpose: str = "sender") -> EvmSigner:
    return EvmSigner(sha256(b"published test key: " + name.encode()).digest(), purpose=purpose)


SENDER = evm_key("sender")


def seeded(seed: bytes = b"") -> Callable[[int], bytes]:
    """Return a source of bytes that are the same in every run."""
    return lambda count: sha256(b"seed" + seed).digest()[:count]


def open_embedded(folder: Path, *, clock: Callable[[], int] = lambda: START, seed: bytes = b"") -> EmbeddedChain:
    return EmbeddedChain.open(folder, funded=[SENDER.address], random=seeded(seed), clock=clock)


@dataclass(frozen=True)
class Account:
    """A funded key on one chain."""

    client: ChainClient
    key: EvmSigner
    mine: Callable[[], object] = lambda: None  # the embedded chain mines when it is sent something

    def signed(
        self, to: bytes | None, data: bytes, *, gas: int = 5_000_000, nonce: int | None = None
    ) -> SignedTransaction:
        transaction = Transaction(
            chain_id=self.client.chain_id(),
            nonce=self.client.pending_nonce(self.key.address) if nonce is None else nonce,
            fees=self.client.fees(),
            gas=gas,
            to=to,
            data=data,
        )
        return sign(transaction, self.key)

    def send(self, to: bytes | None, data: bytes, *, gas: int = 5_000_000) -> TxReceipt:
        transaction = self.client.send_raw(self.signed(to, data, gas=gas).raw)
        self.mine()
        receipt = self.client.receipt(transaction)
        assert receipt is not None
        return receipt
