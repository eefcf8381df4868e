"""A partner's side against evaluators that are down, slow or lying, and a registry that shows two lists."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.core.blacklist.checks import CheckRequest, SignedRequest, parse_signed_request
from ledger.core.blacklist.identifiers import Identifier
from ledger.core.blacklist.judging import judge_check
from ledger.core.blacklist.signed import Signed, read_json
from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import Root, Token
from ledger.core.blacklist.versions import SignedVersion, next_version
from ledger.errors import Conflict, InvalidInput, LedgerError, NotFound, Unavailable
from ledger.partner.checking import Desk, Partner, Result, Subject, check, name_subjects
from ledger.partner.listing import prepare_listing
from ledger.partner.snapshot import Shown, Snapshot, load, save, shown_from_json
from ledger.partner.syncing import Synced, parse_changes, sync
from signing.canonical import Json, encode
from support.consortium import (
    APPLICATION,
    CLEAN,
    EVALUATORS,
    LISTED,
    NOW,
    OTHER,
    PARTNER,
    REGISTRY,
    STATEMENT,
    Consortium,
    answer_of,
    consortium,
    sign,
    signed_answer,
    signer,
)

GROUP = consortium()
EPOCH = GROUP.epoch


def randomness() -> Callable[[int], bytes]:
    """Bytes that differ from call to call, and are the same in every run."""
    calls = iter(range(10_000))
    return lambda count: sha256(f"call {next(calls)}".encode()).digest()[:32].ljust(count, b"\x05")[:count]


@dataclass
class FakeEvaluators:
    """Evaluators in this process; `faults` says what an evaluator does instead of answering well."""

    group: Consortium = GROUP
    faults: Mapping[int, Callable[[SignedRequest, int], bytes]] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def answer(self, index: int, request: bytes) -> bytes:
        self.asked.append(index)
        signed = parse_signed_request(read_json(request, "x.y"))
        if index in self.faults:
            return self.faults[index](signed, index)
        return signed_answer(answer_of(self.group, signed.record, index)).to_bytes()


def down(_request: SignedRequest, _index: int) -> bytes:
    raise Unavailable("service.unreachable", "the evaluator does not answer (ReadTimeout)")


def lying(request: SignedRequest, index: int) -> bytes:
    other = answer_of(GROUP, request.record, index % 3 + 1)
    return signed_answer(replace(other, evaluator=index)).to_bytes()


def of_another_request(request: SignedRequest, index: int) -> bytes:
    moved: CheckRequest = replace(request.record, nonce=bytes(32))
    return signed_answer(answer_of(GROUP, moved, index)).to_bytes()


def of_another_threshold(request: SignedRequest, index: int) -> bytes:
    return signed_answer(replace(answer_of(GROUP, request.record, index), threshold=1)).to_bytes()


def by_a_stranger(request: SignedRequest, index: int) -> bytes:
    return signed_answer(answer_of(GROUP, request.record, index), signer("stranger")).to_bytes()


def garbage(_request: SignedRequest, _index: int) -> bytes:
    return b"<html>"


def old_list(_request: SignedRequest, _index: int) -> bytes:
    raise Conflict("check.old-version", "sync the list first")


def snapshot(group: Consortium = GROUP, shown: Iterable[Shown] = ()) -> Snapshot:
    records = b"".join(leaf.token + leaf.value for leaf in group.leaves)
    return Snapshot(group.version, SortedLeaves(records), records, {one.id: one for one in shown})


def desk(evaluators: FakeEvaluators, view: Snapshot | None = None) -> Desk:
    partner = Partner(institution="inst-1", signer=PARTNER, now=lambda: NOW, random=randomness())
    return Desk(partner=partner, epoch=EPOCH, evaluators=evaluators, view=view or snapshot())


def checked(evaluators: FakeEvaluators, *identifiers: Identifier) -> list[Result]:
    return list(check(desk(evaluators), [Subject(each, APPLICATION) for each in identifiers], "loan-application"))


def test_a_batch_is_one_request_and_every_result_is_proved() -> None:
    evaluators = FakeEvaluators()
    results = checked(evaluators, LISTED, CLEAN, OTHER)
    assert [result.listed for result in results] == [True, False, False]
    assert len(evaluators.asked) == 2
    for result in results:
        assert judge_check(result.receipt, result.opening, GROUP.policy).listed == result.listed


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (down, "service.unreachable"),
        (lying, "evaluation.bad-part"),
        (of_another_request, "check.other-request"),
        (of_another_threshold, "check.other-epoch"),
        (by_a_stranger, "blacklist.signature"),
        (garbage, "check-answer.malformed"),
    ],
)
def test_one_evaluator_at_fault_is_named_and_passed_over(
    fault: Callable[[SignedRequest, int], bytes], said: str
) -> None:
    for place in EVALUATORS:
        evaluators = FakeEvaluators(faults={place: fault})
        (result,) = checked(evaluators, LISTED)
        assert result.listed
        assert place not in [answer.record.evaluator for answer in result.receipt.answers]
        assert set(result.troubles) == ({place} if place in evaluators.asked else set())
        assert all(f"[{said}]" in trouble for trouble in result.troubles.values())


def test_with_fewer_than_t_good_evaluators_there_is_no_answer() -> None:
    with pytest.raises(Unavailable, match=r"evaluator 1: .*evaluator 2: ") as error:
        checked(FakeEvaluators(faults={1: down, 2: lying}), LISTED)
    assert error.value.code == "check.too-few-answers"


def test_what_is_wrong_with_the_request_is_not_asked_of_all() -> None:
    evaluators = FakeEvaluators(faults=dict.fromkeys(EVALUATORS, old_list))
    with pytest.raises(Conflict):
        checked(evaluators, LISTED)
    assert len(evaluators.asked) <= 2  # both of the first turn, or one when it was quick


def test_details_open_and_unreadable_ones_are_shown_as_such() -> None:
    prepared = prepare_listing(desk(FakeEvaluators()), Subject(LISTED, "x"), STATEMENT, "listing-1")
    token = prepared.signed.record.token
    good = Shown("listing-1", token, "inst-1", "confirmed", prepared.sealed)
    bad = Shown("listing-2", token, "inst-2", "proposed", bytes(len(prepared.sealed)))
    view = snapshot(shown=[bad, good])
    (result,) = check(desk(FakeEvaluators(), view), [Subject(LISTED, "x")], "portfolio")
    opened = [(shown.id, details) for shown, details in result.details()]
    assert opened[1] == ("listing-2", None)
    assert isinstance(opened[0][1], dict)
    assert opened[0][1]["contact"] == STATEMENT.contact
    assert (result.whole, result.is_accused) == (False, True)  # the list's root commits to something else
    assert name_subjects(desk(FakeEvaluators()), [Subject(LISTED, "x")], "listing")[0].token == token


def test_overdue_debt_is_refused_before_anybody_is_asked() -> None:
    evaluators = FakeEvaluators()
    with pytest.raises(InvalidInput):
        prepare_listing(desk(evaluators), Subject(LISTED, "x"), replace(STATEMENT, reason="overdue"), "listing-1")
    assert evaluators.asked == []


# --- syncing ------------------------------------------------------------------


def leaves_of(count: int) -> dict[Token, bytes]:
    return {Token(sha256(f"t{n}".encode()).digest()): sha256(f"v{n}".encode()).digest() for n in range(count)}


def records_of(leaves: Mapping[Token, bytes]) -> bytes:
    return b"".join(token + leaves[token] for token in sorted(leaves))


def version_of(leaves: Mapping[Token, bytes], before: SignedVersion | None, **changes: object) -> SignedVersion:
    root = SortedLeaves(records_of(leaves)).root()
    record = next_version(
        EPOCH.id, before.record if before else None, root=Root(root), count=len(leaves), at=GROUP.version.record.at
    )
    record = replace(record, **changes)  # type: ignore[arg-type]  # by name
    return Signed(record, sign(record, REGISTRY))


@dataclass
class FakeRegistry:
    """A registry in this process that serves what it is told; `later` happens after the leaves were read."""

    leaves: dict[Token, bytes]
    versions: list[SignedVersion]
    changes: dict[Token, bytes | None] = field(default_factory=dict)
    details: list[dict[str, Json]] = field(default_factory=list)
    later: Callable[["FakeRegistry"], None] | None = None

    def get(self, path: str, **query: str) -> bytes:
        what = path.rpartition("/")[2]
        if what == "versions":
            return encode({"items": [version.to_json() for version in self.versions[:2]]})
        if what == "leaves":
            data = records_of({t: v for t, v in self.leaves.items() if t.hex() > query["after"]})
            if self.later is not None:
                happen, self.later = self.later, None
                happen(self)
            return data
        if what == "changes":
            return b"".join(t + (b"\x00" + bytes(32) if v is None else b"\x01" + v) for t, v in self.changes.items())
        return encode({"items": list(self.details), "next": None})

    def post(self, path: str, body: Mapping[str, Json], once: str) -> bytes:
        raise AssertionError(f"nothing is posted by a sync: {path} {body} {once}")


FIRST = leaves_of(40)
V1 = version_of(FIRST, None)


def synced(registry: FakeRegistry, known: Snapshot | None = None) -> Synced:
    return sync(registry, GROUP.policy, EPOCH.id, known)


def refused(registry: FakeRegistry, known: Snapshot | None = None) -> str:
    with pytest.raises(LedgerError) as error:
        synced(registry, known)
    return error.value.code


def grown(registry: FakeRegistry) -> None:
    token = Token(b"\x77" * 32)
    registry.leaves = {**FIRST, token: b"\x01" * 32}
    registry.changes = {token: b"\x01" * 32}
    registry.versions = [version_of(registry.leaves, V1), V1]


def test_a_whole_sync_a_delta_and_no_change() -> None:
    registry = FakeRegistry(dict(FIRST), [V1])
    first = synced(registry)
    assert first.whole
    assert synced(registry, first.snapshot).changed == {}
    grown(registry)
    second = synced(registry, first.snapshot)
    assert (second.whole, list(second.changed)) == (False, [Token(b"\x77" * 32)])
    assert second.snapshot.records == records_of(registry.leaves)


def test_a_version_that_comes_while_the_leaves_are_read_is_taken() -> None:
    registry = FakeRegistry(dict(FIRST), [V1], later=grown)
    registry.leaves = {
        **FIRST,
        Token(b"\x77" * 32): b"\x01" * 32,
    }  # the page holds what the version named first did not
    assert synced(registry).snapshot.version.record.number == 2


def test_leaves_without_the_signed_root_are_refused() -> None:
    altered = {**FIRST, next(iter(FIRST)): bytes(32)}
    assert refused(FakeRegistry(altered, [V1])) == "sync.root-differs"


def test_a_registry_that_shows_two_lists_is_refused() -> None:
    known = synced(FakeRegistry(dict(FIRST), [V1])).snapshot
    other = version_of(leaves_of(39), None)
    assert refused(FakeRegistry(leaves_of(39), [other]), known) == "version.forked"
    second = version_of(FIRST, other)
    assert refused(FakeRegistry(dict(FIRST), [second]), known) == "version.forked"
    later = Snapshot(version_of(FIRST, V1), known.leaves, known.records, {})
    assert refused(FakeRegistry(dict(FIRST), [V1]), later) == "version.forked"
    assert refused(FakeRegistry(dict(FIRST), [version_of(FIRST, V1, number=3), V1]), known) == "version.forked"


def test_versions_of_strangers_and_no_versions_are_refused() -> None:
    forged = Signed(V1.record, sign(V1.record, PARTNER))
    assert refused(FakeRegistry(dict(FIRST), [forged])) == "check.unknown-registry"
    with pytest.raises(NotFound):
        synced(FakeRegistry(dict(FIRST), []))


def test_details_come_and_go_with_their_listings() -> None:
    shown = Shown("listing-1", Token(b"\x01" * 32), "inst-1", "confirmed", b"sealed")
    registry = FakeRegistry(dict(FIRST), [V1], details=[shown.to_json()])
    first = synced(registry).snapshot
    assert first.shown_of(shown.token) == [shown]
    grown(registry)
    registry.details = [{**shown.to_json(), "state": ""}]
    assert synced(registry, first).snapshot.shown_of(shown.token) == []


def test_a_copy_survives_its_files_and_half_a_copy_counts_for_none(tmp_path: Path) -> None:
    shown = Shown("listing-1", Token(b"\x01" * 32), "inst-1", "confirmed", b"sealed")
    whole = snapshot(shown=[shown])
    assert load(tmp_path) is None
    save(tmp_path, whole)
    found = load(tmp_path)
    assert found is not None
    assert (found.version, found.records, found.details) == (whole.version, whole.records, whole.details)
    found.check_root()
    leaves = (tmp_path / "leaves.bin").stat().st_ino
    save(tmp_path, Snapshot(version_of({}, whole.version), whole.leaves, whole.records, {}), found)
    again = load(tmp_path)
    assert again is not None
    assert again.details == {}
    assert (tmp_path / "leaves.bin").stat().st_ino == leaves, "what did not change is not written again"
    (tmp_path / "version.json").unlink()
    assert load(tmp_path) is None


@pytest.mark.parametrize(
    "value", [None, {}, {"id": "1", "token": "x", "institution": "i", "state": "s", "sealed": "eA=="}]
)
def test_malformed_details_are_refused(value: Json) -> None:
    with pytest.raises(InvalidInput) as error:
        shown_from_json(value)
    assert error.value.code == "details.malformed"


@pytest.mark.parametrize("data", [b"x", bytes(32) + b"\x02" + bytes(32)])
def test_malformed_changes_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_changes(data)
    assert error.value.code == "changes.malformed"


# --- doors --------------------------------------------------------------------
