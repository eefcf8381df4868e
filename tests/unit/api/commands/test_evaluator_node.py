"""What an evaluator apart from the registry believes of versions: signed, following one another, and not for long when nobody answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from api.commands.evaluator_members import MEMBERS_TAG, Members, parse_members
from api.commands.evaluator_node import RemoteWorld
from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.tree import Root
from ledger.core.blacklist.versions import SignedVersion, next_version
from ledger.errors import InvalidInput, LedgerError, Unavailable
from signing.canonical import Json, encode
from support.consortium import NOW, PARTNER, REGISTRY, consortium, sign

GROUP = consortium()
SECOND = GROUP.version


@dataclass
class Served:
    """A registry that shows these versions, or does not answer."""

    versions: list[SignedVersion]
    answers: bool = True
    asked: int = 0

    def get(self, path: str, **query: str) -> bytes:
        assert (path.rpartition("/")[2], query) == ("versions", {})
        self.asked += 1
        if not self.answers:
            raise Unavailable("service.unreachable", "the registry does not answer")
        return encode({"items": [version.to_json() for version in self.versions]})

    def post(self, path: str, body: Mapping[str, Json], once: str) -> bytes:
        raise AssertionError(f"nothing is posted: {path} {body} {once}")


@dataclass
class Clock:
    now: datetime = NOW
    passed: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return self.now + self.passed


def after(before: SignedVersion, *, previous: bytes | None = None) -> SignedVersion:
    record = next_version(
        GROUP.epoch.id, before.record, root=Root(before.record.root), count=before.record.count, at=before.record.at
    )
    if previous is not None:
        record = type(record)(**{**vars(record), "previous": previous})
    return Signed(record, sign(record, REGISTRY))


def world(served: Served) -> tuple[RemoteWorld, Clock]:
    clock = Clock()
    known = Members(REGISTRY.public, {"inst-1": Member("inst-1", PARTNER.public, 5)})
    return RemoteWorld(served, GROUP.policy, known, GROUP.epoch.id, now=clock), clock


def refused(around: RemoteWorld) -> str:
    with pytest.raises(LedgerError) as error:
        around.versions()
    return error.value.code


def test_versions_are_looked_at_again_after_some_seconds() -> None:
    served = Served([SECOND])
    around, clock = world(served)
    assert around.versions() == (SECOND,) == around.versions()
    assert served.asked == 1
    third = after(SECOND)
    served.versions, clock.passed = [third, SECOND], timedelta(seconds=6)
    assert around.versions() == (third, SECOND)
    assert around.members()["inst-1"].quota == 5


def test_a_registry_that_does_not_answer_is_waited_for_two_minutes() -> None:
    served = Served([SECOND])
    around, clock = world(served)
    around.versions()
    served.answers = False
    clock.passed = timedelta(seconds=100)
    assert around.versions() == (SECOND,)
    clock.passed = timedelta(seconds=121)
    assert refused(around) == "check.no-version"


def test_two_lists_are_noticed() -> None:
    served = Served([SECOND])
    around, clock = world(served)
    around.versions()
    clock.passed = timedelta(seconds=6)
    other = consortium([]).version
    for shown in ([other], [after(SECOND, previous=bytes(31) + b"\x01")]):
        served.versions = shown
        assert refused(around) == "version.forked"
    third = after(SECOND)
    served.versions = [third, SECOND]
    around.versions()
    clock.passed = timedelta(seconds=20)
    served.versions = [SECOND]
    assert refused(around) == "version.forked"


def test_a_members_file_is_read_strictly() -> None:
    member: dict[str, Json] = {"institution": "inst-1", "key": PARTNER.public.to_json(), "quota": 5}
    value: dict[str, Json] = {"tag": MEMBERS_TAG, "registry": REGISTRY.public.to_json(), "members": [member]}
    assert parse_members(encode(value)).members["inst-1"].key == PARTNER.public
    changes: list[dict[str, Json]] = [
        {"tag": "x"},
        {"members": [{}]},
        {"more": 1},
        {"members": [{**member, "quota": -1}]},
    ]
    for change in changes:
        with pytest.raises(InvalidInput) as error:
            parse_members(encode({**value, **change}))
        assert error.value.code == "members.malformed"
