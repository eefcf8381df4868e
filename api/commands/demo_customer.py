"""A customer of the demonstration at a browser: link, code, consent, reading, passkey, signature, through the pages' own interface.

Promises: what a person would do and nothing else; the one-time code and the link come from the messages that were sent, the
reading code is read out of the PDF. The passkey is software that never leaves this process: one of the demonstration.
"""

import base64
import hashlib
import re
import secrets
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pypdfium2

from ledger.errors import Conflict, Unavailable
from ledger.messages.console import read_outbox
from ledger.messages.door import Message
from signing.canonical import Json
from signing.keys.software_pens import SoftwarePasskey
from signing.statement import Statement, parse_statement

_LINK = re.compile(r"(https?://[^\s/]+)(/sign/[0-9a-f]{64})")
_CODE = re.compile(r"\b[0-9]{6}\b")
_READING_CODE = re.compile(r"\b(?:[A-Z0-9] ?){5}[A-Z0-9]\b")
_TIMEOUT_SECONDS = 30.0
_SECONDS_A_PAGE = "2"
_POLL_SECONDS = 0.1
MESSAGE_SECONDS = 20.0


@dataclass(frozen=True)
class Post:
    """The messages that the service sent, as its outbox folder has them."""

    folder: Path

    def newest(self, kind: str, address: str, number: str) -> Message:
        """Return the newest message of a kind to an address about a contract, once it is there."""
        deadline = time.monotonic() + MESSAGE_SECONDS
        while time.monotonic() < deadline:
            for message in reversed(list(read_outbox(self.folder))):
                if (message.kind, message.address) == (kind, address) and number in message.subject:
                    return message
            time.sleep(_POLL_SECONDS)
        raise Unavailable("demo.no-message", f"no {kind} came within {MESSAGE_SECONDS:.0f} s; is a worker running?")


class CustomerBrowser:
    """One person's browser: it holds the session's cookie and the passkey."""

    def __init__(self, url: str, invitation: Message) -> None:
        found = _LINK.search(invitation.body)
        if found is None:
            raise Unavailable("service.answer", "the invitation holds no link to a signing page")
        self._origin, self._link = found.groups()
        self._http = httpx2.Client(base_url=url, timeout=_TIMEOUT_SECONDS)
        self._base = ""
        self._passkey: SoftwarePasskey | None = None

    def close(self) -> None:
        self._http.close()

    def open_link(self) -> None:
        """Open the link in this browser, and in no other from now on; a code is sent."""
        self._base = self._form(self._link, {})

    def tell_code(self, message: Message) -> None:
        found = _CODE.search(message.body)
        self._form(f"{self._base}/code", {"code": found[0] if found else ""})

    def read_and_agree(self) -> bytes:
        """Fetch the contract, find the code printed in it, agree and read; return the contract's bytes."""
        document = self._http.get(f"{self._base}/document").content
        with closing(pypdfium2.PdfDocument(document)) as shown:
            pages = [page.get_textpage().get_text_range() for page in shown]
        self._form(f"{self._base}/consent", {"agree": "yes", "code": _printed_code("".join(pages))})
        seconds = " ".join([_SECONDS_A_PAGE] * len(pages))
        self._form(f"{self._base}/read", {"sha256": hashlib.sha256(document).hexdigest(), "page_seconds": seconds})
        return document

    def make_passkey(self) -> str:
        """Make a passkey on this device and enrol it; return its key id."""
        options = self._json("key/options", {})["publicKey"]
        rp_id, challenge = str(options["rp"]["id"]), _bytes(str(options["challenge"]))
        self._passkey = SoftwarePasskey(secrets.token_bytes(32), rp_id=rp_id, origin=self._origin)
        credential = self._passkey.creation_answer(challenge)
        return str(self._json("key", {"kind": "passkey", "credential": credential})["key_id"])

    def sign(self, document: bytes) -> Statement:
        """Fetch the statement, hold it against the bytes that were read, and sign it with the passkey."""
        issued = self._json("statement", {"pen": "passkey"})
        data = base64.b64decode(issued["statement"])
        statement = parse_statement(data)
        if self._passkey is None or statement.document_sha256 != hashlib.sha256(document).digest():
            raise Unavailable("service.answer", "the statement to sign names other bytes than those that were read")
        credential = self._passkey.request_answer(statement.digest)
        self._json("signature", {"pen": "passkey", "statement": issued["statement"], "credential": credential})
        return statement

    def _form(self, path: str, values: dict[str, str]) -> str:
        """Send a form; return the path of the page that it leads to, or raise what that page would tell."""
        answer = self._http.post(path, data=values)
        place = urlsplit(answer.headers.get("location", ""))
        if answer.status_code != httpx2.codes.SEE_OTHER:
            raise Unavailable("service.answer", f"the signing page {path} answered {answer.status_code}")
        if fault := parse_qs(place.query).get("fault"):
            raise Conflict(fault[0], "the signing page told the customer that this cannot be done now")
        return place.path

    def _json(self, name: str, body: dict[str, Json]):  # type: ignore[no-untyped-def]  # noqa: ANN202  # JSON of our own pages
        answer = self._http.post(f"{self._base}/{name}", json=body)
        told = answer.json()
        if answer.is_error:
            raise Conflict(str(told.get("code")), str(told.get("detail")))
        return told


def _printed_code(text: str) -> str:
    """Return the code that stands in large letters below its label on the contract's last page."""
    found = _READING_CODE.search(text.rpartition("Reading code")[2])
    return found[0] if found else ""


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
