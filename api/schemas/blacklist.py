"""Bodies of the blacklist's routes."""

from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from api.schemas.directory import StrictBody


class NewListingBody(StrictBody):
    """`listing` is the signed statement (docs/formats/listing.md), `sealed` the base64 of the sealed details that it names."""

    listing: dict[str, JsonValue]
    sealed: Annotated[str, StringConstraints(max_length=4000)]


class EndorsementBody(StrictBody):
    """A member's signature (docs/formats/consortium.md) under a version of an epoch's list, or under the epoch where `version` is null."""

    epoch: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    version: Annotated[int, Field(ge=1, le=2**53)] | None
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{130}$")]


class ListingStepBody(StrictBody):
    """`step` is the signed step (docs/formats/listing-step.md)."""

    step: dict[str, JsonValue]


class SubjectRequestBody(StrictBody):
    """`request` is the signed request for a subject (docs/formats/subject-access.md)."""

    request: dict[str, JsonValue]
