"""BlacklistRegistry: versions by a majority of the members, one by one, never altered; proofs of listed and of absent tokens."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import ape
import pytest
from ape.contracts import ContractInstance
from ape.managers.chain import ChainManager
from conftest import committed, container
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from members import CHANGE, YEAR, Consort, Domain, joint, renamed

from compile_contracts import compile_contract
from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import EMPTY_ROOT, Proof, Token, check_proof, prove, update
from ledger.errors import VerificationFailed
from toolchain import ensure

ROOT = Path(__file__).resolve().parents[2]
EPOCH, CADENCE = b"\x01" * 32, 600
EXAMPLES = settings(max_examples=40, deadline=None, derandomize=True, database=None)
TOKENS = [Token(sha256(b"token %d" % number).digest()) for number in range(200)]
LEAVES = {token: sha256(b"value" + token).digest() for token in TOKENS[:120]}
TREE = update(EMPTY_ROOT, LEAVES, {}.__getitem__)
NUMBERS = st.integers(0, len(TOKENS) - 1)


class Desk:
    """A registry of the consortium's, with an open epoch."""

    def __init__(self, consort: Consort, chain: ChainManager) -> None:
        self.consort, self.chain = consort, chain
        self.contract: ContractInstance = committed("BlacklistRegistry").deploy(
            consort.contract.address, sender=consort.sender
        )
        self.domain = Domain("Tallystick BlacklistRegistry", chain.chain_id, self.contract.address)
        self.start = chain.pending_timestamp
        self.open(EPOCH)

    def open(self, epoch_id: bytes, signers: int = 2, **changed: object) -> None:
        epoch = {"id": epoch_id, "keys": b"\x02" * 32, "threshold": 2, "evaluators": 3, "cadence": CADENCE}
        epoch |= {"closesAt": self.start + YEAR, **changed}
        signatures = joint(self.domain, self.consort.founders[:signers], "Epoch", **epoch)
        self.contract.openEpoch(tuple(epoch.values()), signatures, sender=self.consort.sender)

    def publish(self, number: int, *, at: int | None = None, signers: int = 2, root: bytes = TREE.root) -> int:
        at = self.start if at is None else at
        message = {"epoch": EPOCH, "number": number, "at": at, "root": root}
        signatures = joint(self.domain, self.consort.founders[:signers], "Version", **message)
        receipt = self.contract.publish(EPOCH, number, at, root, signatures, sender=self.consort.sender)
        return int(receipt.gas_used)

    def wait(self, seconds: int) -> int:
        self.chain.pending_timestamp += seconds
        self.chain.mine()
        return self.start + seconds


@pytest.fixture(scope="session")
def desk(consort: Consort, chain: ChainManager) -> Desk:
    return Desk(consort, chain)


@pytest.fixture(scope="session")
def tree_door(sender: object) -> ContractInstance:
    return container(compile_contract("test/TokenTreeHarness", ensure()["solc"])).deploy(sender=sender)


def arguments(proof: Proof) -> tuple[object, ...]:
    """As rule 9 of docs/formats/token-tree.md says."""
    end = (bytes(32), bytes(32)) if proof.end is None else (proof.end.token, proof.end.value)
    return (list(proof.siblings), *end)


def test_versions_grow_and_stay_and_none_is_made_up(desk: Desk) -> None:
    desk.publish(7)
    later = desk.wait(CADENCE)
    desk.publish(9, at=later, root=bytes(32))
    assert tuple(desk.contract.head(EPOCH))[:2] == (9, later)
    assert (bytes(desk.contract.root(EPOCH, 7)), bytes(desk.contract.root(EPOCH, 9))) == (TREE.root, bytes(32))
    for number in (0, 6, 8, 10):
        with ape.reverts(desk.contract.BlacklistRegistryUnknownVersion):
            desk.contract.root(EPOCH, number)


@pytest.mark.parametrize("number", [7, 6, 0])
def test_version_that_is_not_newer_is_refused(desk: Desk, number: int) -> None:
    desk.publish(7)
    later = desk.wait(CADENCE)
    with ape.reverts(desk.contract.BlacklistRegistryNotNewer):
        desk.publish(number, at=later)


def test_version_off_its_cadence_is_refused(desk: Desk) -> None:
    desk.publish(1)
    later = desk.wait(CADENCE)
    for at in (later - 1, desk.chain.pending_timestamp + 100):
        with ape.reverts(desk.contract.BlacklistRegistryOffCadence):
            desk.publish(2, at=at)


def test_no_version_is_later_than_its_epoch(desk: Desk) -> None:
    desk.wait(YEAR + 100)
    with ape.reverts(desk.contract.BlacklistRegistryOffCadence):
        desk.publish(1, at=desk.start + YEAR + 1)


def test_one_member_of_three_publishes_and_opens_nothing(desk: Desk) -> None:
    with ape.reverts(desk.consort.contract.ConsortiumNoMajority):
        desk.publish(1, signers=1)
    with ape.reverts(desk.consort.contract.ConsortiumNoMajority):
        desk.open(b"\x03" * 32, signers=1)


def test_signature_of_other_words_or_another_contract_is_refused(desk: Desk) -> None:
    message = {"epoch": EPOCH, "number": 1, "at": desk.start, "root": bytes(32)}
    for domain in (desk.domain, Domain(desk.domain.name, desk.domain.chain_id, desk.consort.contract.address)):
        signatures = joint(domain, desk.consort.founders, "Version", **message)
        with ape.reverts(desk.consort.contract.ConsortiumUnknownSigner):
            desk.contract.publish(EPOCH, 1, desk.start, TREE.root, signatures, sender=desk.consort.sender)


def test_one_signer_twice_is_refused_and_one_whose_term_is_over_does_not_count(desk: Desk) -> None:
    message = {"epoch": EPOCH, "number": 1, "at": desk.start, "root": TREE.root}
    twice = joint(desk.domain, desk.consort.founders[:1] * 2, "Version", **message)
    with ape.reverts(desk.consort.contract.ConsortiumNotAscending):
        desk.contract.publish(EPOCH, 1, desk.start, TREE.root, twice, sender=desk.consort.sender)
    short = renamed(desk.consort.founders[0], expires_at=desk.start + 300)
    desk.consort.passed(CHANGE, short.struct())
    desk.wait(400)
    with ape.reverts(desk.consort.contract.ConsortiumExpiredMember):
        desk.publish(1)


@pytest.mark.parametrize(
    "changed",
    [{"threshold": 0}, {"threshold": 4}, {"evaluators": 256}, {"cadence": 0}, {"keys": bytes(32)}, {"closesAt": 1}],
)
def test_impossible_epoch_is_refused(desk: Desk, changed: dict[str, object]) -> None:
    with ape.reverts(desk.contract.BlacklistRegistryInvalidEpoch):
        desk.open(b"\x04" * 32, **changed)


def test_epoch_opens_once_and_an_unknown_one_has_no_versions(desk: Desk) -> None:
    assert bytes(desk.contract.epoch(EPOCH)[1]) == b"\x02" * 32
    with ape.reverts(desk.contract.BlacklistRegistryEpochExists):
        desk.open(EPOCH)
    with ape.reverts(desk.contract.BlacklistRegistryUnknownEpoch):
        desk.contract.head(b"\x05" * 32)
    with ape.reverts(desk.contract.BlacklistRegistryInvalidEpoch):
        desk.open(bytes(32))


def test_listed_is_proved_listed_and_absent_absent_and_neither_the_other(desk: Desk) -> None:
    desk.publish(1)
    listed, absent = TOKENS[3], TOKENS[150]
    proofs = {token: arguments(prove(TREE.root, token, TREE.nodes.__getitem__)) for token in (listed, absent)}
    assert desk.contract.verifyListed(EPOCH, 1, listed, proofs[listed])[0] == 1
    assert desk.contract.verifyNotListed(EPOCH, 1, absent, proofs[absent])[0] == 1
    with ape.reverts(desk.contract.BlacklistRegistryNotListed):
        desk.contract.verifyListed(EPOCH, 1, absent, proofs[absent])
    with ape.reverts(desk.contract.BlacklistRegistryListed):
        desk.contract.verifyNotListed(EPOCH, 1, listed, proofs[listed])
    with ape.reverts(desk.contract.BlacklistRegistryUnknownVersion):
        desk.contract.verifyNotListed(EPOCH, 2, absent, proofs[absent])


def test_documented_tree_is_proved_alike(tree_door: ContractInstance) -> None:
    text = (ROOT / "docs" / "formats" / "token-tree.md").read_text()
    example = json.loads(text.split("```")[1])
    root = bytes.fromhex(example["root"])
    for name, answer in (("listed", True), ("absent", False)):
        proof, token = Proof.from_json(example[name]["proof"]), bytes.fromhex(example[name]["token"])
        assert tree_door.isListed(root, token, arguments(proof)) is answer


def python_says(root: bytes, token: Token, proof: Proof) -> bool | None:
    try:
        return check_proof(root, token, proof) is not None
    except VerificationFailed:
        return None


def chain_says(door: ContractInstance, root: bytes, token: Token, proof: Proof) -> bool | None:
    holds, listed = door.verdict(root, token, arguments(proof))
    return bool(listed) if holds else None


@EXAMPLES
@given(NUMBERS, NUMBERS, st.integers(-1, 400), st.integers(0, 255))
def test_proofs_are_judged_alike_by_contract_and_python(
    tree_door: ContractInstance, asked: int, proved: int, place: int, bit: int
) -> None:
    """A true proof, one of another token, and one with a flipped bit somewhere."""
    token, proof = TOKENS[asked], prove(TREE.root, TOKENS[proved], TREE.nodes.__getitem__)
    if asked == proved and place < 0:
        assert chain_says(tree_door, TREE.root, token, proof) == (asked < len(LEAVES))
    siblings = list(proof.siblings)
    if 0 <= place < len(siblings):
        siblings[place] = (int.from_bytes(siblings[place], "big") ^ 1 << bit).to_bytes(32, "big")
    changed = Proof(tuple(siblings), proof.end)
    for kept in (changed, Proof(changed.siblings, None), Proof(changed.siblings[:-1], proof.end)):
        assert chain_says(tree_door, TREE.root, token, kept) == python_says(TREE.root, token, kept)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 9])
def test_small_trees_are_judged_alike(tree_door: ContractInstance, size: int) -> None:
    tokens = [Token(sha256(b"small" + bytes([size, n])).digest()) for n in range(size + 1)]
    tree = SortedLeaves(b"".join(token + sha256(token).digest() for token in sorted(tokens[:size])))
    root = tree.root()
    for place, token in enumerate(tokens):
        assert chain_says(tree_door, root, token, tree.prove(token)) is (place < size)
        other = tree.prove(tokens[place - 1])
        assert chain_says(tree_door, root, token, other) == python_says(root, token, other)


def test_proof_longer_than_a_token_is_refused(tree_door: ContractInstance) -> None:
    for length, holds in ((256, True), (257, False)):
        proof = ([bytes(32)] * length, TOKENS[0], b"\x01" * 32)
        root = bytes(32)
        expected = "TokenTreeRootMismatch(bytes32,bytes32)" if holds else "TokenTreeProofTooLong(uint256)"
        assert bytes(tree_door.refusal(root, TOKENS[0], proof)) == keccak(text=expected)[:4]


def test_version_of_a_thousand_listings_costs_at_most_a_hundred_gas_each(desk: Desk) -> None:
    """docs/gas.md shows these rows, to the nearest thousand: what a signature's zero bytes save differs from run to run."""
    rows = {"first version, 2 of 3 members": desk.publish(1)}
    rows["version, 2 of 3 members"] = desk.publish(2, at=desk.wait(CADENCE), root=b"\x07" * 32)
    assert rows["version, 2 of 3 members"] <= 100 * 1000
    fresh = "".join(f"| {call} | {round(gas, -3):,} |\n" for call, gas in rows.items())
    (ROOT / ".build" / "gas-blacklist.md").write_text(fresh)
    assert fresh in (ROOT / "docs" / "gas.md").read_text(), "docs/gas.md is stale: put in .build/gas-blacklist.md"
