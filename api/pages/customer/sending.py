"""How codes leave."""

from typing import Annotated

from fastapi import Depends

from api.auth import Here
from ledger.messages.door import Senders


async def senders_of(here: Here) -> Senders:
    return here.senders


Sending = Annotated[Senders, Depends(senders_of)]
