"""The members of the consortium tests: keys, proposals, votes and joint signatures, made with eth-account, not with our code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractInstance
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from parties import keys

MEMBER = "(string,address,uint64,uint8,address,bytes32)"
ADMIT, CHANGE, REMOVE = range(3)
LISTER, CHECKER, EVALUATOR, WITNESS, AUDITOR = (1 << bit for bit in range(5))
YEAR = 366 * 24 * 3600
TYPES: Mapping[str, str] = {
    "Proposal": "uint64 number,bytes32 change,uint64 deadline",
    "Vote": "uint64 number,bool inFavour",
    "Epoch": "bytes32 id,bytes32 keys,uint64 threshold,uint64 evaluators,uint64 cadence,uint64 closesAt",
    "Version": "bytes32 epoch,uint64 number,uint64 at,bytes32 root",
}


@dataclass(frozen=True)
class Institution:
    """One member with its private keys."""

    name: str
    expires_at: int
    roles: int = LISTER | CHECKER
    keys: str = ""  # another label gives other keys

    @property
    def voter(self) -> LocalAccount:
        return keys(f"voter {self.keys or self.name}", 1)[0]

    @property
    def signer(self) -> LocalAccount:
        return keys(f"signer {self.keys or self.name}", 1)[0]

    @property
    def id(self) -> bytes:
        return bytes(keccak(text=self.name))

    def struct(self) -> tuple[object, ...]:
        key = keccak(text=f"key {self.keys or self.name}")
        return (self.name, self.voter.address, self.expires_at, self.roles, self.signer.address, key)

    def removal(self) -> tuple[object, ...]:
        none = "0x" + "00" * 20
        return (self.name, none, 0, 0, none, bytes(32))


@dataclass(frozen=True)
class Domain:
    """Where a signature counts."""

    name: str
    chain_id: int
    contract: str

    def sign(self, key: LocalAccount, kind: str, **message: object) -> bytes:
        fields = {"name": self.name, "version": "1", "chainId": self.chain_id, "verifyingContract": self.contract}
        types = [{"type": word.split()[0], "name": word.split()[1]} for word in TYPES[kind].split(",")]
        return bytes(key.sign_message(encode_typed_data(fields, {kind: types}, message)).signature)


@dataclass(frozen=True, kw_only=True)
class Consort:
    """A consortium with its founders, as a test speaks to it."""

    contract: ContractInstance
    domain: Domain
    founders: tuple[Institution, ...]
    sender: AccountAPI
    now: int

    def propose(self, by: Institution, kind: int, member: tuple[object, ...], deadline: int = 0) -> int:
        number, deadline = self.contract.proposals() + 1, deadline or self.now + 3600
        change = keccak(encode(["uint8", MEMBER], [kind, member]))
        signature = self.domain.sign(by.voter, "Proposal", number=number, change=change, deadline=deadline)
        self.contract.propose(kind, member, deadline, signature, sender=self.sender)
        return int(number)

    def vote(self, by: Institution, number: int, *, in_favour: bool = True) -> ReceiptAPI:
        signature = self.domain.sign(by.voter, "Vote", number=number, inFavour=in_favour)
        return self.contract.vote(number, in_favour, signature, sender=self.sender)

    def enact(self, number: int) -> ReceiptAPI:
        return self.contract.enact(number, sender=self.sender)

    def passed(self, kind: int, member: tuple[object, ...]) -> int:
        """Propose by the first founder, vote by the second, enact."""
        number = self.propose(self.founders[0], kind, member)
        self.vote(self.founders[1], number)
        self.enact(number)
        return number


def joint(domain: Domain, signers: Sequence[Institution], kind: str, **message: object) -> list[bytes]:
    """Signatures of these members' signing keys, ascending."""
    ascending = sorted((one.signer for one in signers), key=lambda key: int(key.address, 16))
    return [domain.sign(key, kind, **message) for key in ascending]


def renamed(member: Institution, **changed: object) -> Institution:
    return replace(member, **changed)  # type: ignore[arg-type]  # a test names the fields it changes
