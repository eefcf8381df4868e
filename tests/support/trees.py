"""The tree as RFC 6962 section 2.1 defines it, recursively and slowly: what the fast code is compared with."""

from collections.abc import Sequence
from hashlib import sha256

from ledger.core.log.proofs import NodeReader


def leaves_of(count: int, *, seed: int = 0) -> list[bytes]:
    return [sha256(b"\x00" + f"{seed}/{number}".encode()).digest() for number in range(count)]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


def reader_of(leaves: Sequence[bytes]) -> NodeReader:
    def read(level: int, index: int) -> bytes:
        covered = leaves[index << level : (index + 1) << level]
        assert len(covered) == 1 << level, "a proof asked for a subtree that is not complete"
        return naive_root(covered)

    return read


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
