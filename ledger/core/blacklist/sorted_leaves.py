"""The same tree from a sorted file of leaves, as partners keep it: 64 bytes a leaf and a few thousand hashes in memory.

Promises: root and proofs equal those of `tree` for the same leaves. Leaves to others: the file (ledger.partner).
A record is a token and its value. Subtrees down to KEPT_DEPTH are hashed once and kept; below, a proof hashes some hundred leaves.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ledger.core.blacklist.tree import EMPTY, TOKEN_BYTES, Branch, Leaf, Proof, Root, Token, bit, boundary
from ledger.errors import InvalidInput

RECORD_BYTES: Final = 64
KEPT_DEPTH: Final = 12


class SortedLeaves:
    """Leaves in the order of their tokens, as one block of bytes."""

    def __init__(self, records: bytes | memoryview, *, depth: int = 0) -> None:
        """Take the records of a whole tree, or of the subtree at a depth.

        Raises InvalidInput("leaves.malformed") where their length does not divide or they are not in order.
        """
        self._depth = depth
        self._records = memoryview(records)
        if len(self._records) % RECORD_BYTES:
            raise InvalidInput("leaves.malformed", f"expected leaves of {RECORD_BYTES} bytes each")
        self._count = len(self._records) // RECORD_BYTES
        self._check_order()
        self._kept: dict[tuple[int, int, int], bytes] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Leaf]:
        return (self._leaf(place) for place in range(self._count))

    def root(self) -> Root:
        return Root(self._subtree(0, self._count, self._depth))

    def value_of(self, token: Token) -> bytes | None:
        """Return the value of a listed token, None for another."""
        place = self._first(token, 0, self._count)
        if place < self._count and self._token(place) == token:
            return self._leaf(place).value
        return None

    def prove(self, token: Token) -> Proof:
        """Return the proof that the token is listed, or that it is not."""
        low, high, siblings = 0, self._count, list[bytes]()
        while high - low > 1:
            depth = self._depth + len(siblings)
            middle = self._first(boundary(token, depth), low, high)
            if bit(token, depth):
                siblings.append(self._subtree(low, middle, depth + 1))
                low = middle
            else:
                siblings.append(self._subtree(middle, high, depth + 1))
                high = middle
        return Proof(tuple(siblings), self._leaf(low) if high > low else None)

    def changed(self, changes: Mapping[Token, bytes | None]) -> bytes:
        """Return the records after setting each token to its value, or removing it (None)."""
        return b"".join(self._merged(sorted(changes.items())))

    def _merged(self, changes: Iterable[tuple[Token, bytes | None]]) -> Iterator[bytes]:
        at = 0
        for token, value in changes:
            place = self._first(token, at, self._count)
            yield bytes(self._records[at * RECORD_BYTES : place * RECORD_BYTES])
            if value is not None:
                yield token + value
            at = place + (place < self._count and self._token(place) == token)
        yield bytes(self._records[at * RECORD_BYTES :])

    def _subtree(self, low: int, high: int, depth: int) -> bytes:
        if high == low:
            return EMPTY
        if high - low == 1:
            return self._leaf(low).hash
        if depth > KEPT_DEPTH:
            return self._hashed(low, high, depth)
        found = self._kept.get((low, high, depth))
        if found is None:
            found = self._kept[low, high, depth] = self._hashed(low, high, depth)
        return found

    def _hashed(self, low: int, high: int, depth: int) -> bytes:
        middle = self._first(boundary(self._token(low), depth), low, high)
        return Branch(self._subtree(low, middle, depth + 1), self._subtree(middle, high, depth + 1)).hash

    def _first(self, token: bytes, low: int, high: int) -> int:
        """Return the first place from `low` on whose token is not below this one."""
        while low < high:
            middle = (low + high) // 2
            if self._token(middle) < token:
                low = middle + 1
            else:
                high = middle
        return low

    def _token(self, place: int) -> bytes:
        return bytes(self._records[place * RECORD_BYTES : place * RECORD_BYTES + TOKEN_BYTES])

    def _leaf(self, place: int) -> Leaf:
        record = bytes(self._records[place * RECORD_BYTES : (place + 1) * RECORD_BYTES])
        return Leaf(Token(record[:TOKEN_BYTES]), record[TOKEN_BYTES:])

    def _check_order(self) -> None:
        before = b""
        for place in range(self._count):
            token = self._token(place)
            if token <= before:
                raise InvalidInput(
                    "leaves.malformed", f"expected leaves in the order of their tokens, leaf {place} is not"
                )
            before = token
