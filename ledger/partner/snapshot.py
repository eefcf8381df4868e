"""The partner's own copy of the list: every leaf and every sealed detail, so that looking somebody up asks nobody.

Promises: a copy that was loaded or synced has the root that the registry signed; a file is replaced whole or not at all.
Leaves to others: fetching (syncing), naming (checking).
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ledger.core.blacklist.signed import read_json
from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import Proof, Token
from ledger.core.blacklist.versions import SignedVersion, parse_version
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json, decode, encode

_LEAVES, _VERSION, _DETAILS = "leaves.bin", "version.json", "details.jsonl"
_MOST_VERSION_BYTES = 8192


@dataclass(frozen=True)
class Shown:
    """One listing as the list shows it; only who can name its subject opens `sealed`."""

    id: str
    token: Token
    institution: str
    state: str
    sealed: bytes = field(repr=False)

    def to_json(self) -> dict[str, Json]:
        sealed = base64.b64encode(self.sealed).decode()
        return {
            "id": self.id,
            "token": self.token.hex(),
            "institution": self.institution,
            "state": self.state,
            "sealed": sealed,
        }


def shown_from_json(value: Json) -> Shown:
    """Return the listing of its JSON form; raise InvalidInput("details.malformed")."""
    if not isinstance(value, dict) or value.keys() != {"id", "token", "institution", "state", "sealed"}:
        raise InvalidInput("details.malformed", "expected id, token, institution, state and sealed of a listing")
    texts = {name: str(text) for name, text in value.items()}
    try:
        token, sealed = bytes.fromhex(texts["token"]), base64.b64decode(texts["sealed"], validate=True)
    except ValueError as error:
        raise InvalidInput(
            "details.malformed", "expected a token in hexadecimal and sealed details in base64"
        ) from error
    return Shown(texts["id"], Token(token), texts["institution"], texts["state"], sealed)


@dataclass(frozen=True)
class Snapshot:
    """One version of the list, whole."""

    version: SignedVersion
    leaves: SortedLeaves
    records: bytes
    details: Mapping[str, Shown]

    def check_root(self) -> None:
        """Pass when the leaves give the signed root; raise VerificationFailed("sync.root-differs")."""
        if self.leaves.root() != self.version.record.root or len(self.leaves) != self.version.record.count:
            raise VerificationFailed(
                "sync.root-differs",
                f"the leaves do not give the root that version {self.version.record.number} was signed with: sync anew with --full; if it "
                "stays, the registry serves another list than it signs",
            )

    def prove(self, token: Token) -> Proof:
        return self.leaves.prove(token)

    def shown_of(self, token: Token) -> list[Shown]:
        """Return the listings of a token in the order of their ids."""
        return sorted((shown for shown in self.details.values() if shown.token == token), key=lambda shown: shown.id)


def save(folder: Path, snapshot: Snapshot, known: Snapshot | None = None) -> None:
    """Write the copy, but for what equals the `known` one that is there; the version last, so that what a crash leaves is fetched again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / _VERSION).unlink(missing_ok=True)
    if known is None or snapshot.records != known.records:
        _write(folder / _LEAVES, snapshot.records)
    if known is None or snapshot.details != known.details:
        lines = b"".join(encode(shown.to_json()) + b"\n" for _, shown in sorted(snapshot.details.items()))
        _write(folder / _DETAILS, lines)
    _write(folder / _VERSION, snapshot.version.to_bytes())


def load(folder: Path) -> Snapshot | None:
    """Return the copy of this folder, None where there is none whole; raise InvalidInput for one that was altered."""
    if not (folder / _VERSION).is_file():
        return None
    version = parse_version(read_json((folder / _VERSION).read_bytes(), "version.malformed", most=_MOST_VERSION_BYTES))
    records = (folder / _LEAVES).read_bytes()
    lines = (folder / _DETAILS).read_bytes().splitlines()
    details = {shown.id: shown for shown in (shown_from_json(decode(line)) for line in lines)}
    return Snapshot(version, SortedLeaves(records), records, details)


def _write(path: Path, data: bytes) -> None:
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
