"""Bodies of the blacklist's routes."""

from typing import Annotated

from pydantic import JsonValue, StringConstraints

from api.schemas.directory import StrictBody


class NewListingBody(StrictBody):
    """`listing` is the signed statement (docs/formats/listing.md), `sealed` the base64 of the sealed details that it names."""

    listing: dict[str, JsonValue]
    sealed: Annotated[str, StringConstraints(max_length=4000)]


class ListingStepBody(StrictBody):
    """`step` is the signed step (docs/formats/listing-step.md)."""

    step: dict[str, JsonValue]


class SubjectRequestBody(StrictBody):
    """`request` is the signed request for a subject (docs/formats/subject-access.md)."""

    request: dict[str, JsonValue]
