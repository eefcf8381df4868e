"""The verdict on one sealed PDF, and its reading from what the child process wrote.

Promises: an answer in any other form than ours is refused as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from signing.canonical import Json
from signing.pdf.inspect import parse_reasons
from signing.pdf.reasons import REASONS, SEAL_REASONS, Reason

_KNOWN = frozenset({*REASONS, *SEAL_REASONS})
# Reasons that say nothing about the seal itself: it may be valid over what it covers.
_ABOUT_THE_FILE = frozenset({"sealed.bytes-after", "pdf.trailing-data"})


class Answer(Enum):
    """One line of the verdict."""

    YES = "yes"
    NO = "no"
    NOT_CHECKED = "not checked"


_KINDS = frozenset({"seal", "signature", "archive"})
_STATES = frozenset({"good", "revoked", "not-checked"})
_DIGEST_BYTES = 32
_KEY_BYTES = frozenset({32, 64})  # the hash of a key, the point of one on P-256
# What the answer on a file without any reason holds, all of it.
_FIELDS = frozenset(
    {
        "claimed_at",
        "covers_whole_file",
        "intact",
        "judged",
        "level",
        "pages",
        "r0_length",
        "r0_sha256",
        "reasons",
        "revocation",
        "revocation_reason",
        "revoked_since",
        "same_look",
    }
)


@dataclass(frozen=True)
class Signed:
    """One signature of the file: `seal`, `signature` (the time stamp inside the seal) or `archive` (a time stamp over the file).

    `at` is the time by its own token; for a seal the time that its time stamp proves. `until` ends the certificate.
    """

    kind: str
    holds: bool
    at: datetime | None
    subject: str
    certificate_sha256: bytes
    until: datetime
    key: bytes  # x‖y of a key on P-256, the SHA-256 of the SubjectPublicKeyInfo of another


@dataclass(frozen=True)
class Revocation:
    """What the newest list given by the caller says of the seal's certificate: `good`, `revoked` or `not-checked`."""

    state: str
    reason: str | None
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class SealInspection:
    """The verdict on one sealed file.

    `signature_valid` counts what is wrong with the seal and with what was done after it, `covers_whole_file` says whether
    anything stands after the last signature. Whether the bytes are the anchored ones is for the caller: compare `sha256`.
    """

    reasons: tuple[Reason, ...]
    sha256: bytes
    byte_length: int
    signature_valid: Answer = Answer.NOT_CHECKED
    covers_whole_file: Answer = Answer.NOT_CHECKED
    same_look: Answer = Answer.NOT_CHECKED
    pages: int | None = None
    r0_length: int | None = None
    r0_sha256: bytes | None = None
    level: str | None = None
    claimed_at: datetime | None = None
    signed: tuple[Signed, ...] = ()
    revocation: Revocation = Revocation("not-checked", None, None)

    @property
    def passed(self) -> bool:
        return not self.reasons

    @property
    def seal(self) -> Signed | None:
        return self.signed[0] if self.signed else None

    @property
    def archive_expires(self) -> datetime | None:
        """When the last archive time stamp must have been renewed, None where there is none."""
        stamps = [one for one in self.signed if one.kind == "archive"]
        return stamps[-1].until if stamps else None


class AnotherForm(Exception):
    """The process wrote something else than an answer."""


def read_answer(bare: SealInspection, value: Json) -> SealInspection:
    """Return `bare` with what the process found; raise AnotherForm for anything that it does not write."""
    fields = _Fields.of(value)
    reasons = parse_reasons(fields.values.get("reasons"), _KNOWN)
    if reasons is None or not fields.values.keys() <= _FIELDS or not (reasons or fields.values.keys() == _FIELDS):
        raise AnotherForm
    return replace(
        bare,
        reasons=reasons,
        signature_valid=_validity(fields.flag("intact"), reasons),
        covers_whole_file=_answer(fields.flag("covers_whole_file")),
        same_look=_answer(fields.flag("same_look")),
        pages=fields.number("pages"),
        r0_length=fields.number("r0_length"),
        r0_sha256=fields.digest("r0_sha256"),
        level=fields.text("level"),
        claimed_at=fields.time("claimed_at"),
        signed=tuple(_signed(_Fields.of(one)) for one in fields.many("judged")),
        revocation=_revocation(fields),
    )


def _validity(intact: bool | None, reasons: tuple[Reason, ...]) -> Answer:  # noqa: FBT001 - three-valued
    if any(reason.code in SEAL_REASONS and reason.code not in _ABOUT_THE_FILE for reason in reasons):
        return Answer.NO
    if intact is None or any(reason.code in REASONS and reason.code not in _ABOUT_THE_FILE for reason in reasons):
        return Answer.NOT_CHECKED
    return Answer.YES


def _answer(flag: bool | None) -> Answer:  # noqa: FBT001 - three-valued
    return Answer.NOT_CHECKED if flag is None else Answer.YES if flag else Answer.NO


def _signed(fields: "_Fields") -> Signed:
    until, digest = fields.time("until"), fields.digest("sha256")
    kind, subject, holds = fields.text("kind"), fields.text("subject"), fields.flag("holds")
    key = fields.key("key")
    if until is None or digest is None or kind not in _KINDS or subject is None or holds is None or key is None:
        raise AnotherForm
    return Signed(kind, holds, fields.time("at"), subject, digest, until, key)


def _revocation(fields: "_Fields") -> Revocation:
    state = fields.text("revocation") or "not-checked"
    if state not in _STATES:
        raise AnotherForm
    return Revocation(state, fields.text("revocation_reason"), fields.time("revoked_since"))


@dataclass(frozen=True)
class _Fields:
    """A JSON object whose fields are read by type; a missing field is None."""

    values: Mapping[str, Json]

    @classmethod
    def of(cls, value: Json) -> "_Fields":
        if not isinstance(value, dict):
            raise AnotherForm
        return cls(value)

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise AnotherForm
        return value

    def number(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise AnotherForm
        return value

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise AnotherForm
        return value

    def time(self, name: str) -> datetime | None:
        value = self.text(name)
        try:
            time = datetime.fromisoformat(value) if value is not None else None
        except ValueError as error:
            raise AnotherForm from error
        if time is not None and time.tzinfo is None:
            raise AnotherForm
        return time

    def digest(self, name: str) -> bytes | None:
        value = self.text(name)
        try:
            digest = bytes.fromhex(value) if value is not None else None
        except ValueError as error:
            raise AnotherForm from error
        if digest is not None and len(digest) != _DIGEST_BYTES:
            raise AnotherForm
        return digest

    def key(self, name: str) -> bytes | None:
        value = self.text(name)
        try:
            key = bytes.fromhex(value) if value is not None else None
        except ValueError as error:
            raise AnotherForm from error
        if key is not None and len(key) not in _KEY_BYTES:
            raise AnotherForm
        return key

    def many(self, name: str) -> list[Json]:
        value = self.values.get(name, [])
        if not isinstance(value, list):
            raise AnotherForm
        return value
