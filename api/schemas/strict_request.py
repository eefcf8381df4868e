"""What a request may consist of, held against it before a service is called (DESIGN section 9: strict bodies).

Promises: an unknown or repeated part of a form, and what strict_json refuses in a JSON body, is refused naming the place.
Leaves to others: the values themselves.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import StringConstraints

from api.schemas.strict_json import read_json
from ledger.errors import InvalidInput
from signing.canonical import MAX_SAFE_INTEGER

# Every id of ours is a UUID. Anything else never reaches the database, where PostgreSQL would stumble over U+0000.
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]

Number = Annotated[int, Query(ge=0, le=MAX_SAFE_INTEGER)]  # a count; what is larger no database holds

ApplicationName = Annotated[str, StringConstraints(min_length=1, max_length=64)]  # an id or a number


async def strict_json(request: Request) -> None:
    """Refuse a JSON body that two readers could understand differently; raises InvalidInput("json.…")."""
    if await request.body():
        read_json(await request.body(), "body")


def strict_form(*names: str) -> Callable[[Request], Awaitable[None]]:
    """Return a dependency that refuses a part not named here, or named twice; raises InvalidInput("form.…")."""

    async def check(request: Request) -> None:
        seen: set[str] = set()
        for name, _ in (await request.form()).multi_items():
            if name not in names:
                raise InvalidInput(
                    "form.unknown-part", f"unknown part; expected only {', '.join(names)}", field=name[:60]
                )
            if name in seen:
                raise InvalidInput("form.repeated-part", f"expected the part {name} once", field=name)
            seen.add(name)

    return check


StrictJson = Depends(strict_json)
