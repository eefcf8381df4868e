"""Bring the partner's copy up to the newest version: whole the first time, by what changed from then on.

Promises: versions are signed by a registry of the policy, follow the one that was seen before, and have the root of the leaves that
came with them; else the copy stays as it was. Leaves to others: where the copy is kept (snapshot).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.sorted_leaves import RECORD_BYTES, SortedLeaves
from ledger.core.blacklist.tree import Token
from ledger.core.blacklist.versions import SignedVersion, check_follows, parse_version
from ledger.errors import InvalidInput, NotFound, Unavailable, VerificationFailed
from ledger.partner.doors import Registry
from ledger.partner.snapshot import Shown, Snapshot, shown_from_json
from signing.canonical import Json

PAGE = 16_384
CHANGE_BYTES = 65


@dataclass(frozen=True)
class Synced:
    """The copy as it is now, and what changed of it: tokens with their new value, None for those no longer listed."""

    snapshot: Snapshot
    changed: dict[Token, bytes | None]
    whole: bool


def sync(registry: Registry, policy: CheckPolicy, epoch_id: bytes, known: Snapshot | None) -> Synced:
    """Return the newest copy, made from `known` by its changes, or whole where there is none.

    Raises Unavailable, VerificationFailed: check.unknown-registry, blacklist.signature, version.forked, sync.root-differs.
    """
    source = _Source(registry, policy, epoch_id)
    versions = newest_versions(registry, policy, epoch_id)
    while True:
        try:
            return _sync(source, versions, known)
        except VerificationFailed as error:
            newer = newest_versions(registry, policy, epoch_id)
            if error.code != "sync.root-differs" or newer[0] == versions[0]:
                raise
            versions = newer  # a version came while we read


@dataclass(frozen=True)
class _Source:
    registry: Registry
    policy: CheckPolicy
    epoch_id: bytes

    @property
    def base(self) -> str:
        return f"epochs/{self.epoch_id.hex()}"


def _sync(source: _Source, versions: list[SignedVersion], known: Snapshot | None) -> Synced:
    if known is None:
        return _whole(source, versions[0])
    _check_history(known.version, versions)
    if known.version.record.number == versions[0].record.number:
        return Synced(known, {}, whole=False)
    return _by_changes(source, versions[0], known)


def newest_versions(registry: Registry, policy: CheckPolicy, epoch_id: bytes) -> list[SignedVersion]:
    """Return the newest versions that the registry shows, signed by a key of the policy; raise NotFound("version.none")."""
    items = read_object(registry.get(f"epochs/{epoch_id.hex()}/versions")).get("items")
    found = [parse_version(item) for item in items] if isinstance(items, list) else []
    if not found:
        raise NotFound("version.none", "there is no version of this list yet: try again in a moment")
    for version in found:
        key = next((key for key in policy.registries if key.key_id == version.signature.key_id), None)
        if key is None or version.record.epoch != epoch_id:
            raise VerificationFailed(
                "check.unknown-registry", "a version is not signed by a registry of your policy, or of another epoch"
            )
        version.check(key)
    for newer, older in pairwise(found):
        check_follows(older.record, newer.record)
    return found


def _check_history(known: SignedVersion, versions: list[SignedVersion]) -> None:
    """Hold what was seen before against what is shown now, as far as the numbers meet."""
    for version in versions:
        if version.record.number == known.record.number and version.record != known.record:
            raise VerificationFailed(
                "version.forked",
                f"version {known.record.number} is shown otherwise than it was: keep both records, tell the consortium",
            )
        if version.record.number == known.record.number + 1:
            check_follows(known.record, version.record)
    if versions[0].record.number < known.record.number:
        raise VerificationFailed(
            "version.forked",
            f"the registry shows version {versions[0].record.number}, but version {known.record.number} was seen: tell the consortium",
        )


def _whole(source: _Source, version: SignedVersion) -> Synced:
    records = b"".join(_pages(source))
    snapshot = Snapshot(version, SortedLeaves(records), records, _details(source, 0, {}))
    snapshot.check_root()
    return Synced(snapshot, {leaf.token: leaf.value for leaf in snapshot.leaves}, whole=True)


def _pages(source: _Source) -> Iterator[bytes]:
    after = ""
    while page := source.registry.get(f"{source.base}/leaves", after=after, limit=str(PAGE)):
        yield page
        if len(page) < PAGE * RECORD_BYTES:
            return
        after = page[-RECORD_BYTES : -RECORD_BYTES + 32].hex()


def _by_changes(source: _Source, version: SignedVersion, known: Snapshot) -> Synced:
    since = known.version.record.number
    changes = parse_changes(source.registry.get(f"{source.base}/changes", since=str(since)))
    records = known.leaves.changed(changes)
    snapshot = Snapshot(version, SortedLeaves(records), records, _details(source, since, known.details))
    snapshot.check_root()
    return Synced(snapshot, changes, whole=False)


def parse_changes(data: bytes) -> dict[Token, bytes | None]:
    """Return changes of their records of 65 bytes; raise InvalidInput("changes.malformed")."""
    if len(data) % CHANGE_BYTES:
        raise InvalidInput("changes.malformed", f"expected changes of {CHANGE_BYTES} bytes each")
    found: dict[Token, bytes | None] = {}
    for at in range(0, len(data), CHANGE_BYTES):
        token, flag, value = data[at : at + 32], data[at + 32], data[at + 33 : at + CHANGE_BYTES]
        if flag > 1:
            raise InvalidInput("changes.malformed", "expected 1 for a token that is set, 0 for one that is removed")
        found[Token(token)] = value if flag else None
    return found


def _details(source: _Source, since: int, known: Mapping[str, Shown]) -> dict[str, Shown]:
    found = dict(known)
    after: str | None = ""
    while after is not None:
        page = read_object(source.registry.get(f"{source.base}/details", since=str(since), after=after, limit="500"))
        items = page.get("items")
        for item in items if isinstance(items, list) else []:
            shown = shown_from_json(item)
            if shown.state:
                found[shown.id] = shown
            else:
                found.pop(shown.id, None)
        ending = page.get("next")
        after = ending if isinstance(ending, str) else None
    return found


def read_object(data: bytes) -> dict[str, Json]:
    """Return the JSON object of an answer; raise Unavailable("service.answer")."""
    try:
        value = json.loads(data)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Unavailable(
            "service.answer", "the registry answered something that is not its own; is the address right?"
        )
    return value
