"""Look into the list by buckets: nothing is synced, and the registry learns the first bits of each token that was looked up.

With twelve bits and a list of a million that is one of some 250 listed subjects, and one of 4,096 parts of all others.
Promises: what a bucket says was checked against the version's root. Leaves to others: whether that leak is acceptable (off by default).
"""

from dataclasses import dataclass, field

from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import Proof, Token, check_proof
from ledger.core.blacklist.versions import SignedVersion
from ledger.core.log.fields import octets
from ledger.errors import VerificationFailed
from ledger.partner.doors import Registry
from ledger.partner.snapshot import Shown, shown_from_json
from ledger.partner.syncing import read_object
from signing.canonical import Json

PREFIX_BITS = 12


@dataclass(frozen=True)
class _Bucket:
    siblings: tuple[bytes, ...]
    leaves: SortedLeaves
    listings: tuple[Shown, ...]


@dataclass(frozen=True)
class Buckets:
    """A view of one version that fetches what it is asked about."""

    registry: Registry
    version: SignedVersion
    _fetched: dict[str, _Bucket] = field(default_factory=dict, repr=False)

    def prove(self, token: Token) -> Proof:
        """Return the proof of a token; raise VerificationFailed("tree-proof.invalid") for a bucket that is not of this version."""
        bucket = self._bucket(token)
        local = bucket.leaves.prove(token)
        proof = Proof((*bucket.siblings, *local.siblings), local.end)
        check_proof(self.version.record.root, token, proof)
        return proof

    def shown_of(self, token: Token) -> list[Shown]:
        """Return the listings of a token."""
        return sorted((shown for shown in self._bucket(token).listings if shown.token == token), key=lambda one: one.id)

    def _bucket(self, token: Token) -> _Bucket:
        prefix = f"{int.from_bytes(token, 'big') >> (256 - PREFIX_BITS):0{PREFIX_BITS}b}"
        if prefix not in self._fetched:
            self._fetched[prefix] = self._fetch(prefix)
        return self._fetched[prefix]

    def _fetch(self, prefix: str) -> _Bucket:
        record = self.version.record
        found = read_object(
            self.registry.get(f"epochs/{record.epoch.hex()}/buckets/{prefix}", version=str(record.number))
        )
        siblings = tuple(octets(each, 32) for each in _items(found, "siblings"))
        records = b"".join(_record(each) for each in _items(found, "leaves"))
        listings = tuple(shown_from_json(each) for each in _items(found, "listings"))
        return _Bucket(siblings, SortedLeaves(records, depth=len(siblings)), listings)


def _record(value: Json) -> bytes:
    if not isinstance(value, dict) or value.keys() != {"token", "value"}:
        raise VerificationFailed("tree-proof.invalid", "expected leaves of a bucket, got something else")
    return octets(value["token"], 32) + octets(value["value"], 32)


def _items(found: dict[str, Json], name: str) -> list[Json]:
    value = found.get(name)
    return value if isinstance(value, list) else []
