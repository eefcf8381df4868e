"""Real state and storage tries, with proofs as `eth_getProof` gives them, made by the `trie` library."""

from collections.abc import Mapping
from dataclasses import dataclass

import rlp
from trie import HexaryTrie

from signing.algorithms import keccak256


@dataclass(frozen=True)
class Trie:
    """A secure trie: what is stored under each key, its root, and a proof for any key."""

    content: Mapping[bytes, bytes]

    def _tree(self) -> HexaryTrie:
        tree = HexaryTrie({})
        for key, value in self.content.items():
            tree[keccak256(key)] = value
        return tree

    @property
    def root(self) -> bytes:
        return bytes(self._tree().root_hash)

    def proof(self, key: bytes) -> tuple[bytes, ...]:
        nodes = [rlp.encode(node) for node in self._tree().get_proof(keccak256(key))]
        return tuple(node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32)


def minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def slot_key(slot: int) -> bytes:
    return slot.to_bytes(32, "big")


def storage(words: Mapping[int, int]) -> Trie:
    return Trie({slot_key(slot): rlp.encode(minimal(word)) for slot, word in words.items() if word})


def account(storage_root: bytes, code_hash: bytes) -> bytes:
    return bytes(rlp.encode([b"\x01", b"", storage_root, code_hash]))


def header(number: int, state_root: bytes, *, timestamp: int = 1_795_446_245) -> bytes:
    """Return the RLP of a header as of Prague, with the fields that matter set and the others plausible."""
    fields = [bytes(32), bytes(32), bytes(20), state_root, bytes(32), bytes(32), bytes(256), b"", minimal(number)]
    fields += [minimal(30_000_000), b"", minimal(timestamp), b"", bytes(32), bytes(8), b"\x07", bytes(32), b"", b""]
    return bytes(rlp.encode([*fields, bytes(32), bytes(32)]))
