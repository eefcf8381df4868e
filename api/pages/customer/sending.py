"""How codes leave."""

from typing import Annotated

from fastapi import Depends

from api.auth import Here
from ledger.messages.door import Handing


async def senders_of(here: Here) -> Handing:
    return here.code_senders


Sending = Annotated[Handing, Depends(senders_of)]
