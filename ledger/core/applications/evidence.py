"""What comes to an application after it was written: the bytes of its attachments, verifications, third-party data, blacklist checks.

Promises: pure, strict reading; a file's type is told by its first bytes, not by its sender. Leaves to others: storing, whether a
check's receipt verifies, and what a path asks for (requirements). DESIGN section 6.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.core.applications.application import Application, Attachment, BlacklistCheck, ThirdParty
from ledger.core.applications.policy import Policy
from ledger.core.applications.policy_check import path_for
from ledger.core.log.fields import Fields, string
from ledger.errors import Conflict, InvalidInput
from signing.canonical import Json

MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024  # a scanned contract of fifty pages
_SIGNS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}
_CODE = "evidence.invalid"
_VERIFICATION = frozenset({"material", "sha256", "source", "result", "note"})


@dataclass(frozen=True, kw_only=True)
class AtHand:
    """What an application has beside its own content: received attachments by their SHA-256, data and checks that came later."""

    received: frozenset[bytes] = frozenset()
    third_party: tuple[ThirdParty, ...] = ()
    checks: tuple[BlacklistCheck, ...] = ()

    @property
    def is_listed(self) -> bool:
        return any(check.listed for check in self.checks)


NOTHING = AtHand()


class Result(StrEnum):
    """What came of holding a material against a source."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Which material was checked, against which source, with what result; by whom is in the entry."""

    material: str
    sha256: bytes | None  # of an attachment, where the material is one
    source: str
    result: Result
    note: str | None

    def to_json(self) -> dict[str, Json]:
        return {
            "material": self.material,
            "sha256": None if self.sha256 is None else self.sha256.hex(),
            "source": self.source,
            "result": self.result.value,
            "note": self.note,
        }


def parse_verification(value: Json) -> Verification:
    """Return the verification of its JSON; raise InvalidInput("evidence.invalid") that names the place."""
    fields = Fields(value, _VERIFICATION, where="verification", code=_CODE)
    return Verification(
        material=fields.text("material"),
        sha256=None if fields.optional("sha256", string) is None else fields.octets("sha256", 32),
        source=fields.text("source"),
        result=fields.one_of("result", Result),
        note=None if fields.optional("note", string) is None else fields.text("note"),
    )


def media_type_of(data: bytes) -> str:
    """Return the type of an attachment's bytes; raise InvalidInput("attachment.type" | "attachment.too-large")."""
    if len(data) > MAX_ATTACHMENT_BYTES:
        most = MAX_ATTACHMENT_BYTES // 1024 // 1024
        raise InvalidInput("attachment.too-large", f"expected a file of at most {most} MiB", field="file")
    for start, media_type in _SIGNS.items():
        if data.startswith(start):
            return media_type
    raise InvalidInput("attachment.type", "expected a JPEG or PNG picture, or a PDF", field="file")


def listed_attachment(application: Application, sha256: bytes, byte_length: int) -> Attachment:
    """Return the attachment of these bytes that the application lists; raise InvalidInput("attachment.not-listed")."""
    for item in application.attachments:
        if (item.sha256, item.byte_length) == (sha256, byte_length):
            return item
    raise InvalidInput(
        "attachment.not-listed",
        f"this version lists no attachment of {byte_length} bytes and SHA-256 {sha256.hex()}; correct the application first",
        field="file",
    )


def heeds_listing(policy: Policy, path: str, content: Application, group_amount: int) -> bool:
    """Say whether a path is one for an application of which a listing was found."""
    name, _ = path_for(policy, content.case(group_amount, listed=True))
    return path in {name, policy.strictest}


def require_heeded(policy: Policy, path: str, content: Application, group_amount: int) -> None:
    """Raise Conflict("application.listing-found") unless the path is one for a listed applicant."""
    if not heeds_listing(policy, path, content, group_amount):
        raise Conflict(
            "application.listing-found",
            "a check made since found a listing: return the application, so that it goes the way the policy has for that",
        )
