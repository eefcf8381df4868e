"""The door through which messages to people go: one small Protocol, real senders behind it (DESIGN section 9).

Promises: a sender either hands the message over and returns, or raises Unavailable with a code; nothing of a message is ever
logged. Leaves to others: which words, when, and trying again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from ledger.errors import LedgerError


class Channel(StrEnum):
    """How a person is reached."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message to one person: `subject` and `body` are plain text; an SMS has the body alone."""

    channel: Channel
    address: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    kind: str  # what it is about, as in notices: may be logged
    reference: str  # our id of it: a sender that can, hands it on, so that a repeated message is recognised


class Sender(Protocol):
    """Something that hands messages of one channel over."""

    def send(self, message: Message) -> None:
        """Hand the message over.

        Raises Unavailable("message.not-sent") when trying again may help, InvalidInput("message.refused") when it will not.
        """


Told: TypeAlias = Callable[[LedgerError | None], None]  # what became of a message: None when it was sent


class Handing(Protocol):
    """Something that takes messages whose reader waits, and tells later what became of each."""

    def offers(self, channel: Channel) -> bool: ...

    def hand_over(self, message: Message, told: Told) -> None:
        """Take the message; raise Unavailable("message.not-sent") | InvalidInput("message.refused") where that is known at once."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event for a program: `body` are the exact bytes that are signed."""

    id: str
    timestamp: int
    body: bytes
    secret: bytes = field(repr=False)


class Poster(Protocol):
    """Something that hands events to webhook endpoints."""

    def post(self, url: str, event: Event) -> int:
        """Return the HTTP status of the answer; raise Unavailable when trying again may help, InvalidInput when it will not."""


@dataclass(frozen=True)
class Senders:
    """The senders of an installation, by channel; a channel without one is not offered."""

    by_channel: Mapping[Channel, Sender]

    def offers(self, channel: Channel) -> bool:
        return channel in self.by_channel

    def send(self, message: Message) -> None:
        """Hand the message over by its channel; raise what the sender raises."""
        self.by_channel[message.channel].send(message)

    def hand_over(self, message: Message, told: Told) -> None:
        """Send at once, and tell; what the sender raises is raised too."""
        try:
            self.send(message)
        except LedgerError as error:
            told(error)
            raise
        told(None)
