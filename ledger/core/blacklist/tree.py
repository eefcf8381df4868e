"""The token tree: a sparse Merkle tree of listed tokens that proves presence and absence (docs/formats/token-tree.md).

Promises: one root for one set of leaves, whatever the order of changes; under one root a token has exactly one answer, listed or
not; nodes are named by their hash, so a change writes new nodes beside the old ones and every older root stays provable.
Leaves to others: where nodes are kept (a `Load` is an argument), which tokens are in it.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, NewType, TypeAlias

from ledger.core.log.fields import Fields, octets
from ledger.core.log.hashing import LEAF_PREFIX, NODE_PREFIX, same_digest
from ledger.errors import VerificationFailed
from signing.canonical import Json

Token = NewType("Token", bytes)
Root = NewType("Root", bytes)

TOKEN_BYTES: Final = 32
DEPTH: Final = 256  # a token's bits: no path is longer
EMPTY: Final = bytes(32)  # the hash of nothing below: no SHA-256 of anything that anybody will find
EMPTY_ROOT: Final = Root(EMPTY)

_CODE = "tree-proof.malformed"


@dataclass(frozen=True)
class Leaf:
    """One listed token and the 32 bytes that commit to what is said of it."""

    token: Token
    value: bytes

    @property
    def hash(self) -> bytes:
        return sha256(LEAF_PREFIX + self.token + self.value).digest()


@dataclass(frozen=True)
class Branch:
    """Two subtrees with at least two leaves together."""

    left: bytes
    right: bytes

    @property
    def hash(self) -> bytes:
        return sha256(NODE_PREFIX + self.left + self.right).digest()


Node: TypeAlias = Leaf | Branch
Load: TypeAlias = Callable[[bytes], Node]


@dataclass(frozen=True)
class Proof:
    """The hashes beside a token's path from the root down, and what is at its end: a leaf, or nothing."""

    siblings: tuple[bytes, ...]
    end: Leaf | None

    def to_json(self) -> dict[str, Json]:
        end: Json = None if self.end is None else {"token": self.end.token.hex(), "value": self.end.value.hex()}
        return {"end": end, "siblings": [sibling.hex() for sibling in self.siblings]}

    @classmethod
    def from_json(cls, value: Json) -> "Proof":
        """Return the proof of its JSON form; raise InvalidInput("tree-proof.malformed")."""
        fields = Fields(value, frozenset({"end", "siblings"}), where="proof", code=_CODE)
        siblings = fields.many("siblings", lambda part: octets(part, 32), most=DEPTH)
        return cls(siblings, fields.optional("end", _leaf_from_json))


def _leaf_from_json(value: Json) -> Leaf:
    fields = Fields(value, frozenset({"token", "value"}), where="end", code=_CODE)
    return Leaf(Token(fields.octets("token", TOKEN_BYTES)), fields.octets("value", 32))


def check_proof(root: bytes, token: Token, proof: Proof) -> bytes | None:
    """Return what the root says of the token: its leaf's value where it is listed, None where it is not.

    Raises VerificationFailed("tree-proof.invalid") for a proof that is not of this token under this root.
    """
    end = proof.end
    if len(proof.siblings) > DEPTH or (end is not None and not _share_path(end.token, token, len(proof.siblings))):
        raise VerificationFailed("tree-proof.invalid", "this proof follows the path of another token")
    found = EMPTY if end is None else end.hash
    for depth in range(len(proof.siblings) - 1, -1, -1):
        pair = (proof.siblings[depth], found) if bit(token, depth) else (found, proof.siblings[depth])
        found = Branch(*pair).hash
    if not same_digest(root, found):
        raise VerificationFailed("tree-proof.invalid", "this proof does not lead to the root of this version")
    return end.value if end is not None and end.token == token else None


def bit(token: bytes, depth: int) -> bool:
    """Return which way a token goes at a depth: its bits from the most significant on."""
    return bool(token[depth >> 3] >> (7 - (depth & 7)) & 1)


def _share_path(left: bytes, right: bytes, bits: int) -> bool:
    differing = int.from_bytes(left, "big") ^ int.from_bytes(right, "big")
    return differing.bit_length() <= DEPTH - bits


def prove(root: bytes, token: Token, load: Load) -> Proof:
    """Return the proof of a token under a root whose nodes `load` still has."""
    siblings: list[bytes] = []
    at = root
    while at != EMPTY:
        node = load(at)
        if isinstance(node, Leaf):
            return Proof(tuple(siblings), node)
        at, beside = (node.right, node.left) if bit(token, len(siblings)) else (node.left, node.right)
        siblings.append(beside)
    return Proof(tuple(siblings), None)


@dataclass
class Growth:
    """What a change leaves behind: the new root, and the nodes that were not there before, by hash."""

    root: Root = EMPTY_ROOT
    nodes: dict[bytes, Node] = field(default_factory=dict)


Changes: TypeAlias = Sequence[tuple[Token, bytes | None]]


def update(root: bytes, changes: Mapping[Token, bytes | None], load: Load) -> Growth:
    """Return the tree after setting each token to its value, or removing it (None)."""
    growth = Growth()

    def read(name: bytes) -> Node:
        return growth.nodes[name] if name in growth.nodes else load(name)

    growth.root = Root(_apply(_Work(growth.nodes, read), root, 0, sorted(changes.items())))
    return growth


@dataclass(frozen=True)
class _Work:
    fresh: dict[bytes, Node]
    read: Load

    def keep(self, node: Node) -> bytes:
        name = node.hash
        self.fresh[name] = node
        return name


def _apply(work: _Work, at: bytes, depth: int, changes: Changes) -> bytes:
    if not changes:
        return at
    node = None if at == EMPTY else work.read(at)
    if isinstance(node, Branch):
        split = _split(changes, depth)
        left = _apply(work, node.left, depth + 1, changes[:split])
        right = _apply(work, node.right, depth + 1, changes[split:])
        return _joined(work, left, right)
    return _build(work, _merged(node, changes), depth)


def _merged(leaf: Leaf | None, changes: Changes) -> list[Leaf]:
    leaves = {token: Leaf(token, value) for token, value in changes if value is not None}
    if leaf is not None and all(token != leaf.token for token, _ in changes):
        leaves[leaf.token] = leaf
    return [leaves[token] for token in sorted(leaves)]


def _build(work: _Work, leaves: list[Leaf], depth: int) -> bytes:
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return work.keep(leaves[0])
    split = _split([(leaf.token, leaf.value) for leaf in leaves], depth)
    left, right = _build(work, leaves[:split], depth + 1), _build(work, leaves[split:], depth + 1)
    return work.keep(Branch(left, right))


def _split(changes: Changes, depth: int) -> int:
    """Return where the sorted tokens turn from left to right at this depth; above it their bits are the same."""
    first = changes[0][0]
    if bit(first, depth):
        return 0
    return bisect_left(changes, boundary(first, depth), key=lambda change: change[0])


def boundary(token: bytes, depth: int) -> bytes:
    """Return the lowest token that goes right at a depth, on the path of `token` above it."""
    kept = int.from_bytes(token, "big") >> (DEPTH - depth) << 1 | 1
    return (kept << (DEPTH - depth - 1)).to_bytes(TOKEN_BYTES, "big")


def _joined(work: _Work, left: bytes, right: bytes) -> bytes:
    """Return the branch over two subtrees; a leaf that is alone moves up, so that the tree has one form only."""
    if EMPTY in (left, right):
        alone = left if right == EMPTY else right
        if alone == EMPTY or isinstance(work.read(alone), Leaf):
            return alone
    return work.keep(Branch(left, right))
