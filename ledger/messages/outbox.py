"""A bounded outbox for what a reader waits for: handed over at once, sent by threads of its own, so that no request waits for a mail server.

Promises: `hand_over` never waits; a full outbox refuses at once; what became of a message is told once, also after `close`.
A process that is killed loses what waits in it: the status then stays "sending" until its age says that nobody sends it any more.
Leaves to others: writing the status down, trying again.
"""

import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from ledger.errors import LedgerError, Unavailable
from ledger.messages.door import Channel, Message, Senders, Told

MOST_WAITING: Final = (
    100  # with four senders that take ten seconds each, the last one is a few minutes late: refuse rather
)
SENDERS_AT_ONCE: Final = 4
CLOSE_SECONDS: Final = 15.0  # longer than a sender's own time-out


@dataclass
class Outbox:
    """Sends by `senders`, in threads that start with the first message."""

    senders: Senders
    most_waiting: int = MOST_WAITING
    _waiting: deque[tuple[Message, Told]] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _threads: list[threading.Thread] = field(default_factory=list)
    _is_closed: bool = False

    def offers(self, channel: Channel) -> bool:
        return self.senders.offers(channel)

    def hand_over(self, message: Message, told: Told) -> None:
        """Take the message and return; raise Unavailable("message.not-sent") when too many wait."""
        with self._changed:
            if self._is_closed or len(self._waiting) >= self.most_waiting:
                raise Unavailable("message.not-sent", "too many messages wait to be sent; try again in a minute")
            self._waiting.append((message, told))
            if len(self._threads) < SENDERS_AT_ONCE:
                self._start()
            self._changed.notify()

    def close(self, timeout_seconds: float = CLOSE_SECONDS) -> None:
        """Send what waits, and stop."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name=f"tally-outbox-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            message, told = taken
            fate = self._send(message)
            with suppress(LedgerError):  # a database that is gone: the code's age tells its fate
                told(fate)

    def _send(self, message: Message) -> LedgerError | None:
        try:
            self.senders.send(message)
        except LedgerError as error:
            return error
        except Exception as error:  # noqa: BLE001  # the outermost edge of this thread: it must not die of one message
            return Unavailable("message.not-sent", f"the sender failed ({type(error).__name__}); try again")
        return None

    def _take(self) -> tuple[Message, Told] | None:
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None
