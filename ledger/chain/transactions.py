"""EIP-1559 transactions: built, signed and hashed before anything is sent.

Promises: the bytes and the hash are known first, so that the caller can store them before the chain sees them.
Leaves to others: the key (any signer of digests; the secret never comes here), nonces and fees (arguments). EIP-1559, EIP-2718.
"""

from dataclasses import dataclass, replace
from typing import Final, Protocol

import rlp
from eth_utils.crypto import keccak

from ledger.chain.facts import Fees
from ledger.errors import InvalidInput
from signing.algorithms import recover_address
from signing.errors import SigningError

_TYPE: Final = b"\x02"
_V_OFFSET: Final = 27
_SIGNATURE_PARTS: Final = 3
_MIN_BUMP_PERCENT: Final = 10  # what geth and its kin ask of a replacement


class DigestSigner(Protocol):
    """A secp256k1 key that signs a 32-byte digest (`signing.keys.EvmSigner`)."""

    @property
    def address(self) -> bytes:
        """The 20-byte account address."""
        ...

    def sign_digest(self, digest: bytes) -> bytes:
        """Return r, s (low) and v (27 or 28): 65 bytes."""
        ...


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """An unsigned EIP-1559 transaction without access list or value; `to` None creates a contract."""

    chain_id: int
    nonce: int
    fees: Fees
    gas: int
    to: bytes | None
    data: bytes


@dataclass(frozen=True, kw_only=True)
class SignedTransaction:
    """What is stored before it is sent."""

    raw: bytes
    hash: bytes
    sender: bytes
    nonce: int
    fees: Fees


def sign(transaction: Transaction, signer: DigestSigner) -> SignedTransaction:
    """Sign; the same transaction and key give the same bytes."""
    fields = _fields(transaction)
    signature = signer.sign_digest(keccak(_TYPE + rlp.encode(fields)))
    r, s = signature[:32].lstrip(b"\0"), signature[32:64].lstrip(b"\0")
    raw = _TYPE + rlp.encode([*fields, signature[64] - _V_OFFSET, r, s])
    return SignedTransaction(
        raw=raw, hash=keccak(raw), sender=signer.address, nonce=transaction.nonce, fees=transaction.fees
    )


def unsigned(raw: bytes) -> Transaction:
    """Return what a transaction signed by `sign` says; InvalidInput `chain.bad-transaction` for any other bytes."""
    try:
        chain_id, nonce, priority, most, gas, to, value, data, access, *signature = rlp.decode(raw[1:])
    except (rlp.exceptions.RLPException, ValueError, TypeError) as error:
        raise _bad_transaction() from error
    if raw[:1] != _TYPE or value or access or len(signature) != _SIGNATURE_PARTS:
        raise _bad_transaction()
    return Transaction(
        chain_id=_integer(chain_id),
        nonce=_integer(nonce),
        fees=Fees(max_fee=_integer(most), priority_fee=_integer(priority)),
        gas=_integer(gas),
        to=to or None,
        data=data,
    )


def sender_of(raw: bytes) -> bytes:
    """Return the address that signed a transaction made by `sign`; InvalidInput `chain.bad-transaction` for other bytes."""
    unsigned(raw)
    *fields, parity, r, s = rlp.decode(raw[1:])
    signature = r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([_V_OFFSET + _integer(parity) % 2])
    try:
        return recover_address(keccak(_TYPE + rlp.encode(fields)), signature)
    except SigningError as error:
        raise _bad_transaction() from error


def _integer(value: bytes) -> int:
    return int.from_bytes(value, "big")


def _bad_transaction() -> InvalidInput:
    return InvalidInput("chain.bad-transaction", "expected a stored EIP-1559 transaction of our own making")


def bump(transaction: Transaction, offered: Fees) -> Transaction:
    """Return the same transaction with fees that replace the earlier attempt: what is `offered` now, or 10 % more."""
    return replace(
        transaction,
        fees=Fees(
            max_fee=max(offered.max_fee, _raised(transaction.fees.max_fee)),
            priority_fee=max(offered.priority_fee, _raised(transaction.fees.priority_fee)),
        ),
    )


def _raised(fee: int) -> int:
    return fee + fee * _MIN_BUMP_PERCENT // 100 + 1


def _fields(transaction: Transaction) -> list[object]:
    fees = transaction.fees
    if transaction.to is not None and len(transaction.to) != 20:  # noqa: PLR2004  # an address
        raise InvalidInput("chain.bad-address", f"expected an address of 20 bytes, got {len(transaction.to)}")
    if fees.priority_fee > fees.max_fee:
        raise InvalidInput("chain.bad-fees", "expected a priority fee that is no more than the maximum fee")
    head = [transaction.chain_id, transaction.nonce, fees.priority_fee, fees.max_fee, transaction.gas]
    return [*head, transaction.to or b"", 0, transaction.data, []]
