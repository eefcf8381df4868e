"""What the contracts `Consortium` and `BlacklistRegistry` say and have signed: members, roles, digests (docs/formats/consortium.md).

Promises: byte for byte the digests that the contracts compute; whoever left the consortium, or whose term or checker's role is over,
may not check. Leaves to others: asking the chain (ledger.chain), signing, transactions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.versions import Version
from ledger.core.log.fields import Fields, string
from ledger.core.log.instants import instant
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from signing.typed_data import Domain, Field, typed_digest

ROLES: Final[Mapping[str, int]] = {"lister": 1, "checker": 2, "evaluator": 4, "witness": 8, "auditor": 16}
ALL_ROLES: Final = sum(ROLES.values())
MOST_MEMBERS: Final = 64
_CODE = "consortium.malformed"
_MEMBER = frozenset({"institution", "voter", "expires_at", "roles", "signer", "key"})


@dataclass(frozen=True, kw_only=True)
class ChainMember:
    """One institution as the contract has it: addresses of 20 bytes, an Ed25519 key of 32, the end of its term in Unix seconds."""

    institution: str
    voter: bytes
    expires_at: int
    roles: int
    signer: bytes
    key: bytes

    def may(self, role: str, now: datetime) -> bool:
        """Whether it has this role ("member": any) and its term is not over."""
        return bool(self.roles & (ALL_ROLES if role == "member" else ROLES[role])) and self.is_standing(now)

    def is_standing(self, now: datetime) -> bool:
        return now.timestamp() < self.expires_at

    @property
    def public_key(self) -> PublicKey:
        return PublicKey(Suite.ED25519, self.key)

    def to_json(self) -> dict[str, Json]:
        return {
            "institution": self.institution,
            "voter": self.voter.hex(),
            "expires_at": self.expires_at,
            "roles": list[Json](role_names(self.roles)),
            "signer": self.signer.hex(),
            "key": self.key.hex(),
        }


def parse_chain_member(value: Json) -> ChainMember:
    """Return the member of its JSON form; raise InvalidInput("consortium.malformed" | "consortium.role")."""
    fields = Fields(value, _MEMBER, where="member", code=_CODE)
    return ChainMember(
        institution=fields.text("institution"),
        voter=fields.octets("voter", 20),
        expires_at=fields.integer("expires_at", least=0),
        roles=role_bits(fields.many("roles", string, least=1, most=len(ROLES))),
        signer=fields.octets("signer", 20),
        key=fields.octets("key", 32),
    )


def role_bits(names: Iterable[str]) -> int:
    """Return roles as the contract's bits; raise InvalidInput("consortium.role")."""
    bits = 0
    for name in names:
        if name not in ROLES:
            raise InvalidInput("consortium.role", f"expected roles among {', '.join(ROLES)}, got {name[:40]!r}")
        bits |= ROLES[name]
    return bits


def role_names(bits: int) -> list[str]:
    return [name for name, bit in ROLES.items() if bits & bit]


@dataclass(frozen=True)
class Seen:
    """The members as the contract was last seen to have them, and who was one before and is none any more."""

    members: Mapping[str, ChainMember]
    left: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Json]:
        present: list[Json] = [self.members[name].to_json() for name in sorted(self.members)]
        return {"members": present, "left": list[Json](sorted(self.left))}


def parse_seen(value: Json) -> Seen:
    """Return what was seen; raise InvalidInput("consortium.malformed")."""
    fields = Fields(value, frozenset({"members", "left"}), where="consortium", code=_CODE)
    found = fields.many("members", parse_chain_member, most=MOST_MEMBERS)
    return Seen({member.institution: member for member in found}, frozenset(fields.many("left", string, most=10_000)))


def next_seen(before: Seen | None, members: Iterable[ChainMember]) -> Seen:
    """Return what is seen now: whoever was a member before and is none now has left."""
    present = {member.institution: member for member in members}
    known = set() if before is None else set(before.members) | before.left
    return Seen(present, frozenset(known - set(present)))


def who_may_check(own: Mapping[str, Member], seen: Seen | None, now: datetime) -> dict[str, Member]:
    """Return the members who may check: see `who_may`."""
    return who_may("checker", own, seen, now)


def who_may(role: str, own: Mapping[str, Member], seen: Seen | None, now: datetime) -> dict[str, Member]:
    """Return the members with a role: the contract's word on whoever it knows, with its key; the registry's own on the others."""
    found = {}
    for name, member in own.items():
        on_chain = None if seen is None else seen.members.get(name)
        if on_chain is not None and on_chain.may(role, now):
            found[name] = replace(member, key=on_chain.public_key)
        elif on_chain is None and (seen is None or name not in seen.left):
            found[name] = member
    return found


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One institution by the registry's word and the contract's: `word` says which decides, and what they differ in."""

    institution: str
    may_check: bool
    roles: tuple[str, ...]
    until: str
    word: str


def compare_members(own: Mapping[str, Member], seen: Seen | None, now: datetime) -> list[Standing]:
    """Return every institution that either knows, in the order of their ids."""
    may = who_may_check(own, seen, now)
    known = seen or Seen({})
    lines = []
    for name in sorted(set(own) | set(known.members) | known.left):
        member = known.members.get(name)
        lines.append(
            Standing(
                institution=name,
                may_check=name in may,
                roles=tuple(role_names(member.roles)) if member else (),
                until=datetime.fromtimestamp(member.expires_at, UTC).date().isoformat() if member else "",
                word=_word(own.get(name), member, has_left=name in known.left),
            )
        )
    return lines


def _word(own: Member | None, member: ChainMember | None, *, has_left: bool) -> str:
    if member is None:
        return "the contract: left" if has_left else "the registry: not in the contract"
    if own is None:
        return "the contract: no quota at this registry yet (tally registry admit)"
    return "the contract" if own.key == member.public_key else "the contract: another key than the registry admitted"


@dataclass(frozen=True)
class Place:
    """One contract on one chain."""

    chain_id: int
    address: bytes


@dataclass(frozen=True)
class ListChain:
    """The chain (id, first block) and the `BlacklistRegistry` there that a reader believes."""

    chain_id: int
    genesis: bytes
    registry: bytes

    def to_json(self) -> dict[str, Json]:
        return {"chain_id": self.chain_id, "genesis": self.genesis.hex(), "registry": self.registry.hex()}


def parse_list_chain(value: Json) -> ListChain:
    """Return the chain of its JSON form; raise InvalidInput("consortium.malformed")."""
    fields = Fields(value, frozenset({"chain_id", "genesis", "registry"}), where="chain", code=_CODE)
    return ListChain(fields.integer("chain_id", least=1), fields.octets("genesis", 32), fields.octets("registry", 20))


@dataclass(frozen=True, kw_only=True)
class EpochTerms:
    """What `BlacklistRegistry` keeps of an epoch."""

    id: bytes
    keys: bytes
    threshold: int
    evaluators: int
    cadence: int
    closes_at: int


def epoch_terms(epoch: Epoch, cadence_seconds: int) -> EpochTerms:
    """Return the terms of an epoch: its share keys by their hash, its end in whole seconds."""
    return EpochTerms(
        id=epoch.id,
        keys=sha256(b"".join(key for _, key in sorted(epoch.share_keys.items()))).digest(),
        threshold=epoch.plan.threshold,
        evaluators=len(epoch.plan.evaluators),
        cadence=cadence_seconds,
        closes_at=seconds(epoch.plan.closes_at),
    )


def seconds(at: str) -> int:
    """Return the whole second of an instant, rounded down."""
    return int(instant(at).timestamp())


def proposal_digest(consortium: Place, *, number: int, change: bytes, deadline: int) -> bytes:
    """Return what a proposer's voting key signs."""
    fields = (
        Field("number", "uint64", number),
        Field("change", "bytes32", change),
        Field("deadline", "uint64", deadline),
    )
    return typed_digest(_domain("Consortium", consortium), "Proposal", fields)


def vote_digest(consortium: Place, *, number: int, in_favour: bool) -> bytes:
    """Return what a voter's voting key signs."""
    fields = (Field("number", "uint64", number), Field("inFavour", "bool", in_favour))
    return typed_digest(_domain("Consortium", consortium), "Vote", fields)


def epoch_digest(registry: Place, terms: EpochTerms) -> bytes:
    """Return what members' signing keys sign to open an epoch."""
    fields = (
        Field("id", "bytes32", terms.id),
        Field("keys", "bytes32", terms.keys),
        Field("threshold", "uint64", terms.threshold),
        Field("evaluators", "uint64", terms.evaluators),
        Field("cadence", "uint64", terms.cadence),
        Field("closesAt", "uint64", terms.closes_at),
    )
    return typed_digest(_domain("BlacklistRegistry", registry), "Epoch", fields)


def version_digest(registry: Place, version: Version) -> bytes:
    """Return what members' signing keys sign to put a version on record."""
    fields = (
        Field("epoch", "bytes32", version.epoch),
        Field("number", "uint64", version.number),
        Field("at", "uint64", seconds(version.at)),
        Field("root", "bytes32", version.root),
    )
    return typed_digest(_domain("BlacklistRegistry", registry), "Version", fields)


def _domain(name: str, place: Place) -> Domain:
    return Domain(f"Tallystick {name}", "1", place.chain_id, place.address)
