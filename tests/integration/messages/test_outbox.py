"""The outbox of codes: no request waits for a sender, a full one refuses, and what became of each message is told."""

import threading
from collections.abc import Iterator

import pytest

from ledger.errors import InvalidInput, LedgerError, Unavailable
from ledger.messages.door import Channel, Message, Senders
from ledger.messages.outbox import SENDERS_AT_ONCE, Outbox

MESSAGE = Message(channel=Channel.EMAIL, address="a@example.com", subject="s", body="b", kind="code", reference="r")


class Slow:
    """A mail server that answers when it is let go."""

    def __init__(self) -> None:
        self.go, self.sent, self.refuses = threading.Event(), 0, False

    def send(self, message: Message) -> None:
        assert message.kind == "code"
        self.go.wait(10)
        if self.refuses:
            raise InvalidInput("message.refused", "no such address")
        self.sent += 1


@pytest.fixture
def slow() -> Iterator[Slow]:
    server = Slow()
    yield server
    server.go.set()


def outbox(server: Slow, *, most: int = 2) -> Outbox:
    return Outbox(Senders({Channel.EMAIL: server}), most_waiting=most)


def test_nobody_waits_for_a_slow_server_and_each_fate_is_told(slow: Slow) -> None:
    box, told = outbox(slow, most=50), list[LedgerError | None]()
    assert box.offers(Channel.EMAIL)
    assert not box.offers(Channel.SMS)
    for _ in range(SENDERS_AT_ONCE + 2):
        box.hand_over(MESSAGE, told.append)
    assert told == []
    slow.go.set()
    box.close()
    assert told == [None] * (SENDERS_AT_ONCE + 2)
    assert slow.sent == SENDERS_AT_ONCE + 2


class Broken:
    """A sender with a fault of its own."""

    def send(self, message: Message) -> None:
        raise RuntimeError(message.kind)


def test_fault_of_a_sender_is_told_and_its_thread_goes_on() -> None:
    told = list[LedgerError | None]()

    def tell(error: LedgerError | None) -> None:
        told.append(error)
        raise Unavailable("database.unavailable", "gone")

    box = Outbox(Senders({Channel.EMAIL: Broken()}))
    for _ in range(3 * SENDERS_AT_ONCE):
        box.hand_over(MESSAGE, tell)
    box.close()
    assert [error.code for error in told if error] == ["message.not-sent"] * (3 * SENDERS_AT_ONCE)


def test_what_is_refused_is_told(slow: Slow) -> None:
    slow.refuses = True
    slow.go.set()
    box, told = outbox(slow), list[LedgerError | None]()
    box.hand_over(MESSAGE, told.append)
    box.close()
    assert [error.code for error in told if error] == ["message.refused"]


def test_full_and_closed_outboxes_refuse_at_once(slow: Slow) -> None:
    box, told = outbox(slow, most=0), list[LedgerError | None]()
    with pytest.raises(Unavailable) as full:
        box.hand_over(MESSAGE, told.append)
    assert full.value.code == "message.not-sent"
    closed = outbox(slow)
    closed.close()
    with pytest.raises(Unavailable):
        closed.hand_over(MESSAGE, told.append)
    assert told == []
