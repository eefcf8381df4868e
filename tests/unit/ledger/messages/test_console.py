import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.errors import Unavailable
from ledger.messages.console import OutboxFolder, read_outbox
from ledger.messages.door import Channel, Message


def message(number: int = 1) -> Message:
    return Message(
        channel=Channel.SMS,
        address="+8613800138000",
        subject="验证码",
        body=f"code {number}",
        kind="code",
        reference=f"r-{number}",
    )


def test_messages_are_read_back_as_they_were_sent_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    for number in range(3):
        OutboxFolder(folder).send(message(number))
    assert list(read_outbox(folder)) == [message(number) for number in range(3)]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert json.loads((folder / "000000.json").read_text(encoding="utf-8"))["subject"] == "验证码"


def test_many_senders_at_once_lose_no_message(tmp_path: Path) -> None:
    outbox = OutboxFolder(tmp_path)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: outbox.send(message(number)), range(30)))
    assert sorted(item.reference for item in read_outbox(tmp_path)) == sorted(f"r-{number}" for number in range(30))


def test_an_outbox_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(Unavailable) as no:
        OutboxFolder(tmp_path / "file").send(message())
    assert no.value.code == "message.not-sent"


def test_a_message_shows_neither_address_nor_words() -> None:
    assert repr(message()) == "Message(channel=<Channel.SMS: 'sms'>, kind='code', reference='r-1')"
