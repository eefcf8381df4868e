"""How codes leave."""

from typing import Annotated

from fastapi import Depends

from api.auth import Here
from ledger.messages.console import OutboxFolder
from ledger.messages.door import Channel, Senders


def senders_of(here: Here) -> Senders:
    outbox = OutboxFolder(here.settings.data / "outbox")
    return Senders(dict.fromkeys(Channel, outbox))


Sending = Annotated[Senders, Depends(senders_of)]
