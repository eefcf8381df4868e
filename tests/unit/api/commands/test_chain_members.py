"""An evaluator apart from the registry believes the contract about who may check, and for a while its memory of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from api.commands.chain_members import FRESH_SECONDS, STALE_SECONDS, ChainMembers
from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.consortium import ROLES, ChainMember
from ledger.errors import LedgerError, Unavailable
from signing.algorithms import PublicKey, Suite

NOW = datetime(2026, 11, 27, tzinfo=UTC)
OWN = {name: Member(name, PublicKey(Suite.ED25519, b"\x09" * 32), 10) for name in ("a", "b", "c")}


def member(name: str, role: str = "checker") -> ChainMember:
    return ChainMember(
        institution=name,
        voter=b"\x01" * 20,
        expires_at=2**40,
        roles=ROLES[role],
        signer=b"\x02" * 20,
        key=b"\x03" * 32,
    )


@dataclass
class Chain:
    """A chain that may be away, and the time."""

    members: list[ChainMember] = field(default_factory=lambda: [member("a"), member("b", "lister")])
    away: bool = False
    asked: int = 0
    now: datetime = NOW

    def read(self) -> list[ChainMember]:
        self.asked += 1
        if self.away:
            raise Unavailable("chain.unreachable", "the node is away")
        return self.members


def test_only_checkers_of_the_contract_may_check_and_under_its_key() -> None:
    chain = Chain()
    found = ChainMembers(chain.read, lambda: chain.now).allowed(OWN)
    assert {name: each.key.raw for name, each in found.items()} == {"a": b"\x03" * 32}


def test_who_left_is_refused_once_the_contract_is_read_again() -> None:
    chain = Chain()
    members = ChainMembers(chain.read, lambda: chain.now)
    assert set(members.allowed(OWN)) == {"a"}
    chain.members = [member("c")]
    assert set(members.allowed(OWN)) == {"a"}
    assert chain.asked == 1
    chain.now += timedelta(seconds=FRESH_SECONDS + 1)
    assert set(members.allowed(OWN)) == {"c"}


def test_memory_serves_for_an_hour_while_the_chain_is_away() -> None:
    chain = Chain()
    members = ChainMembers(chain.read, lambda: chain.now)
    members.allowed(OWN)
    chain.away = True
    chain.now += timedelta(seconds=STALE_SECONDS)
    assert set(members.allowed(OWN)) == {"a"}
    chain.now += timedelta(seconds=1)
    with pytest.raises(LedgerError) as refused:
        members.allowed(OWN)
    assert refused.value.code == "check.no-consortium"


def test_evaluator_that_never_reached_the_chain_refuses_all() -> None:
    chain = Chain(away=True)
    with pytest.raises(Unavailable):
        ChainMembers(chain.read, lambda: chain.now).allowed(OWN)
