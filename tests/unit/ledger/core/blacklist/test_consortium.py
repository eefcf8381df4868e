"""The contract's word on members, and the digests that the written example signs."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.consortium import (
    ALL_ROLES,
    ROLES,
    ChainMember,
    EpochTerms,
    ListChain,
    Place,
    Seen,
    compare_members,
    epoch_digest,
    epoch_terms,
    next_seen,
    parse_chain_member,
    parse_seen,
    proposal_digest,
    role_bits,
    role_names,
    version_digest,
    vote_digest,
    who_may,
    who_may_check,
)
from ledger.core.blacklist.policy import parse_check_policy, policy_bytes
from ledger.core.blacklist.versions import Version
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey, Suite, recover_address
from signing.canonical import Json
from support.consortium import consortium

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "formats" / "consortium.md"
EXAMPLE = json.loads(DOCUMENT.read_text().split("```json\n")[1].split("```")[0])
NOW = datetime(2026, 11, 27, tzinfo=UTC)
LATER = int(NOW.timestamp()) + 1000


def octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


CONSORTIUM = Place(EXAMPLE["chainId"], octets(EXAMPLE["consortium"]))
REGISTRY = Place(EXAMPLE["chainId"], octets(EXAMPLE["registry"]))


def member(name: str, roles: int = ALL_ROLES, expires_at: int = LATER, key: bytes = b"\x03" * 32) -> ChainMember:
    return ChainMember(
        institution=name, voter=b"\x01" * 20, expires_at=expires_at, roles=roles, signer=b"\x02" * 20, key=key
    )


def own(*names: str) -> dict[str, Member]:
    return {name: Member(name, PublicKey(Suite.ED25519, b"\x09" * 32), 10) for name in names}


def test_signatures_of_the_example_recover_its_keys() -> None:
    signed = {kind: octets(value) for kind, value in EXAMPLE["signatures"].items()}
    version, epoch = EXAMPLE["version"], EXAMPLE["epoch"]
    terms = EpochTerms(
        id=octets(epoch["id"]), keys=octets(epoch["keys"]), threshold=epoch["threshold"],
        evaluators=epoch["evaluators"], cadence=epoch["cadence"], closes_at=epoch["closesAt"],
    )  # fmt: skip
    at = datetime.fromtimestamp(version["at"], UTC).strftime("%Y-%m-%dT%H:%M:%S.987Z")
    shown = Version(
        epoch=octets(version["epoch"]), number=7, previous=bytes(32), root=octets(version["root"]), count=1, at=at
    )
    number, deadline = EXAMPLE["proposal"]["number"], EXAMPLE["proposal"]["deadline"]
    change = octets(EXAMPLE["change"])
    digests = {
        "Proposal": (proposal_digest(CONSORTIUM, number=number, change=change, deadline=deadline), 1),
        "Vote": (vote_digest(CONSORTIUM, number=number, in_favour=True), 1),
        "Epoch": (epoch_digest(REGISTRY, terms), 4),
        "Version": (version_digest(REGISTRY, shown), 4),
    }
    for kind, (digest, place) in digests.items():
        assert recover_address(digest, signed[kind]) == octets(EXAMPLE["member"][place]), kind


def test_epoch_is_named_by_its_share_keys_and_its_last_second() -> None:
    epoch = consortium().epoch
    terms = epoch_terms(epoch, 600)
    assert (terms.id, terms.threshold, terms.evaluators, terms.cadence) == (epoch.id, 2, 3, 600)
    assert terms.keys == sha256(b"".join(epoch.share_keys[index] for index in (1, 2, 3))).digest()
    assert datetime.fromtimestamp(terms.closes_at, UTC) == datetime.fromisoformat(epoch.plan.closes_at)


def test_roles_are_bits_and_back() -> None:
    assert role_names(role_bits(["auditor", "lister"])) == ["lister", "auditor"]
    with pytest.raises(InvalidInput, match="expected roles among"):
        role_bits(["owner"])


def test_what_was_seen_is_read_back() -> None:
    seen = Seen({"a": member("a")}, frozenset({"b"}))
    assert parse_seen(seen.to_json()) == seen


@pytest.mark.parametrize("changed", [{"roles": ["owner"]}, {"voter": "00"}, {"expires_at": -1}, {"extra": 1}])
def test_malformed_card_is_refused(changed: dict[str, Json]) -> None:
    with pytest.raises(InvalidInput):
        parse_chain_member({**member("a").to_json(), **changed})


def test_who_left_stays_known_until_it_is_a_member_again() -> None:
    first = next_seen(None, [member("a"), member("b")])
    second = next_seen(first, [member("a")])
    third = next_seen(second, [member("a"), member("c")])
    assert (first.left, second.left, third.left) == (
        frozenset(),
        frozenset({"b"}),
        frozenset({"b"}),
    )
    assert next_seen(third, [member("b")]).left == {"a", "c"}


def test_contract_decides_of_whom_it_knows_and_the_registry_of_the_others() -> None:
    seen = Seen(
        {"a": member("a"), "expired": member("expired", expires_at=0), "lister": member("lister", 1)},
        frozenset({"left"}),
    )
    found = who_may_check(own("a", "expired", "lister", "left", "unknown"), seen, NOW)
    assert set(found) == {"a", "unknown"}
    assert (found["a"].key.raw, found["unknown"].key.raw) == (b"\x03" * 32, b"\x09" * 32)


def test_each_role_is_the_contract_s_word_and_any_member_may_dispute() -> None:
    seen = Seen({"lister": member("lister", roles=ROLES["lister"]), "over": member("over", expires_at=1)})
    told = own("lister", "over")
    assert [set(who_may(role, told, seen, NOW)) for role in ("lister", "member", "checker")] == [
        {"lister"},
        {"lister"},
        set(),
    ]


def test_without_a_contract_the_registry_decides() -> None:
    assert set(who_may_check(own("a"), None, NOW)) == {"a"}


def test_comparison_names_what_differs() -> None:
    seen = Seen({"a": member("a"), "b": member("b", key=b"\x09" * 32), "c": member("c")}, frozenset({"d"}))
    words = {line.institution: line.word for line in compare_members(own("a", "b", "d", "e"), seen, NOW)}
    assert words == {
        "a": "the contract: another key than the registry admitted",
        "b": "the contract",
        "c": "the contract: no quota at this registry yet (tally registry admit)",
        "d": "the contract: left",
        "e": "the registry: not in the contract",
    }
    assert compare_members(own("e"), None, NOW)[0].may_check


def test_check_policy_may_name_the_chain_and_is_strict_about_it() -> None:
    made, chain = consortium(), ListChain(31337, b"\x01" * 32, b"\x02" * 20)
    parts = ([made.signed_epoch], made.policy.registries, made.policy.institutions.items())
    assert parse_check_policy(policy_bytes(*parts, chain)).chain == chain
    assert parse_check_policy(policy_bytes(*parts)).chain is None
    broken = policy_bytes(*parts, ListChain(0, b"\x01" * 32, b"\x02" * 20))
    with pytest.raises(InvalidInput):
        parse_check_policy(broken)
