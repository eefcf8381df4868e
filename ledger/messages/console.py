"""Messages of a demonstration or a test: written into a folder of the installation that only its owner reads, never logged.

One file per message, JSON: kind, channel, address, subject, body, reference. Names sort in the order of sending.
"""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ledger.errors import Unavailable
from ledger.messages.door import Channel, Message

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


@dataclass(frozen=True)
class OutboxFolder:
    """Takes the messages of every channel."""

    folder: Path

    def send(self, message: Message) -> None:
        """Write the message; raise Unavailable("message.not-sent") when it cannot be written."""
        content = {**vars(message), "channel": message.channel.value}
        try:
            self.folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            for number in count(len(list(self.folder.glob("*.json")))):
                if _write_new(self.folder / f"{number:06}.json", json.dumps(content, ensure_ascii=False)):
                    return
        except OSError as error:
            raise Unavailable("message.not-sent", f"the outbox folder cannot be written ({error.strerror})") from error


def _write_new(file: Path, text: str) -> bool:
    """Put a whole file there at once, unless the name is taken: a reader never sees half a message."""
    part = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
    try:
        os.link(part, file)
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


def read_outbox(folder: Path) -> Iterator[Message]:
    """Yield the messages written so far, in the order of sending."""
    for file in sorted(folder.glob("*.json")):
        fields = json.loads(file.read_text(encoding="utf-8"))
        yield Message(**{**fields, "channel": Channel(fields["channel"])})
