"""Bodies of the blacklist's routes."""

from typing import Annotated

from pydantic import JsonValue, StringConstraints

from api.schemas.directory import StrictBody


class NewListingBody(StrictBody):
    """`listing` is the signed statement (docs/formats/listing.md), `sealed` the base64 of the sealed details that it names."""

    listing: dict[str, JsonValue]
    sealed: Annotated[str, StringConstraints(max_length=4000)]
