"""`Consortium`: how to found it, ask it who belongs to it, propose and vote.

Promises: call data and answers exactly as contracts/interfaces/IConsortium.sol says. Leaves to others: digests
(core.blacklist.consortium), keys, sending.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeVar, cast

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ledger.chain.artifact import Artifact, load
from ledger.chain.client import BlockTag, ChainClient
from ledger.chain.faults import Reverted
from ledger.core.blacklist.consortium import ChainMember
from ledger.errors import VerificationFailed

Result = TypeVar("Result")

_MEMBER: Final = "(string,address,uint64,uint8,address,bytes32)"
_NOBODY: Final = bytes(20)


class Kind(IntEnum):
    """What a proposal does."""

    ADMIT = 0
    CHANGE = 1
    REMOVE = 2


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A proposal as it stands now."""

    number: int
    deadline: int
    enacted: bool
    kind: Kind
    member: ChainMember
    in_favour: int
    needed: int


def artifact() -> Artifact:
    """Return the compiled contract."""
    return load("Consortium")


def code_hash() -> bytes:
    """Return the hash of the contract's runtime bytes, which are the same on every chain."""
    return keccak(artifact().runtime_code)


def require_consortium(client: ChainClient, address: bytes) -> None:
    """Raise VerificationFailed("chain.wrong-code") unless this contract is at the address."""
    found = keccak(client.code(address))
    if found != code_hash():
        raise VerificationFailed(
            "chain.wrong-code",
            f"expected Consortium with code hash {code_hash().hex()} at 0x{address.hex()}, got {found.hex()}: it is another "
            "contract, another version of this one, or none",
        )


def creation_code(name: str, founders: Sequence[ChainMember]) -> bytes:
    """Return the data of the transaction that founds a consortium."""
    arguments = encode(["string", f"{_MEMBER}[]"], [name, [_struct(founder) for founder in founders]])
    return artifact().creation_code + arguments


def removal(institution: str) -> ChainMember:
    """Return the member of a removal: the institution, and nothing else."""
    return ChainMember(institution=institution, voter=_NOBODY, expires_at=0, roles=0, signer=_NOBODY, key=bytes(32))


def change_hash(kind: Kind, member: ChainMember) -> bytes:
    """Return the name of a change, which its proposer signs."""
    return keccak(encode(["uint8", _MEMBER], [int(kind), _struct(member)]))


def propose_data(kind: Kind, member: ChainMember, *, deadline: int, signature: bytes) -> bytes:
    """Return the call that proposes a change."""
    return artifact().encode("propose", int(kind), _struct(member), deadline, signature)


def vote_data(number: int, *, in_favour: bool, signature: bytes) -> bytes:
    """Return the call that votes."""
    return artifact().encode("vote", number, in_favour, signature)


def enact_data(number: int) -> bytes:
    """Return the call that makes a proposal take effect."""
    return artifact().encode("enact", number)


def members(client: ChainClient, consortium: bytes, *, block: BlockTag = "latest") -> list[ChainMember]:
    """Ask who belongs to the consortium, those whose term is over among them."""
    return [_member(found) for found in cast("tuple[object, ...]", _view(client, consortium, "members", block=block))]


def changes(client: ChainClient, consortium: bytes, *, block: BlockTag = "latest") -> int:
    """Ask how many changes there have been."""
    return cast("int", _view(client, consortium, "changes", block=block))


def proposals(client: ChainClient, consortium: bytes) -> int:
    """Ask how many proposals there have been."""
    return cast("int", _view(client, consortium, "proposals"))


def proposal(client: ChainClient, consortium: bytes, number: int) -> Proposal:
    """Ask for a proposal and how it stands; Reverted if there is none."""
    deadline, enacted, kind, member = cast(
        "tuple[int, bool, int, object]", _view(client, consortium, "proposal", number)
    )
    data = artifact().encode("tally", number)
    in_favour, needed = cast("tuple[int, int]", artifact().decode("tally", client.call(consortium, data)))
    return Proposal(
        number=number,
        deadline=deadline,
        enacted=enacted,
        kind=Kind(kind),
        member=_member(member),
        in_favour=in_favour,
        needed=needed,
    )


def naming_reverts(work: Callable[[], Result]) -> Result:
    """Do `work`; a revert that comes out of it carries the name of the contract's error."""
    try:
        return work()
    except Reverted as error:
        raise Reverted(error.data, artifact().error_text(error.data)) from error


def _view(
    client: ChainClient, consortium: bytes, function: str, *arguments: object, block: BlockTag = "latest"
) -> object:
    data = artifact().encode(function, *arguments)
    return artifact().decode(function, naming_reverts(lambda: client.call(consortium, data, block=block)))[0]


def _struct(member: ChainMember) -> tuple[object, ...]:
    voter, signer = f"0x{member.voter.hex()}", f"0x{member.signer.hex()}"
    return (member.institution, voter, member.expires_at, member.roles, signer, member.key)


def _member(found: object) -> ChainMember:
    institution, voter, expires_at, roles, signer, key = cast("tuple[str, str, int, int, str, bytes]", found)
    return ChainMember(
        institution=institution,
        voter=bytes.fromhex(voter.removeprefix("0x")),
        expires_at=expires_at,
        roles=roles,
        signer=bytes.fromhex(signer.removeprefix("0x")),
        key=key,
    )
