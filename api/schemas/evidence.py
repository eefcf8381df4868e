"""Bodies and answers of the routes of attachments and evidence."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.directory import StrictBody
from ledger.core.applications.evidence import Result

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[str, StringConstraints(max_length=30)]
Base64 = Annotated[str, StringConstraints(max_length=90_000)]


class NewVerification(StrictBody):
    """Which material was checked (an attachment by its SHA-256), against which source, with what result."""

    material: Text
    sha256: Digest | None = None
    source: Text
    result: Annotated[Result, Field(strict=False)]
    note: Text | None = None


class NewThirdParty(StrictBody):
    """Data of a third party in its envelope; what was asked and answered appears by its hash."""

    source: Text
    consent_sha256: Digest
    request_sha256: Digest
    response_sha256: Digest
    fetched_at: Instant
    valid_until: Instant


class NewCheckBody(StrictBody):
    """A look-up in the shared blacklist: the exact bytes of its receipt and of its opening, in base64."""

    receipt: Base64
    opening: Base64
