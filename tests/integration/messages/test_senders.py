"""Real senders against real servers in this process: SMTP and an SMS gateway (DESIGN section 9)."""

import json
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ledger.errors import InvalidInput, Unavailable
from ledger.messages.door import Channel, Message, Sender
from ledger.messages.sms import SmsGateway
from ledger.messages.smtp import SmtpSender, SmtpServer
from support.mail_server import Post, free_port, mail_server

USER, PASSWORD = "tally", "a mail password"


def message(channel: Channel, address: str) -> Message:
    return Message(
        channel=channel,
        address=address,
        subject="请签署借款合同 L7-2026-000001",
        body="打开链接：\n\nhttps://sign.example/sign/0\n",
        kind="invitation",
        reference="01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10",
    )


def _accepts(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401  # the library's
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right)


def test_a_mail_arrives_in_its_own_words_and_once_per_reference() -> None:
    post, sent = Post(), message(Channel.EMAIL, "lin@example.com")
    with mail_server(post) as server:
        SmtpSender(server).send(sent)
    mail = post.mail()
    assert (mail["Subject"], mail["To"], mail["From"]) == (sent.subject, sent.address, "loans@lender.example")
    assert mail["Message-ID"] == f"<{sent.reference}@lender.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == sent.body


@pytest.mark.parametrize(
    ("address", "error"), [("no-body@example.com", InvalidInput), ("later-on@example.com", Unavailable)]
)
def test_an_address_that_is_refused_for_ever_is_told_from_one_refused_for_now(
    address: str, error: type[Exception]
) -> None:
    with mail_server(Post()) as server, pytest.raises(error) as no:
        SmtpSender(server).send(message(Channel.EMAIL, address))
    assert getattr(no.value, "code", "") in {"message.refused", "message.not-sent"}
    assert address not in str(no.value)


def test_a_mail_server_that_is_away_or_refuses_the_password_says_try_again() -> None:
    away = SmtpServer(host="127.0.0.1", port=free_port(), sender="loans@lender.example")
    with pytest.raises(Unavailable, match="did not take") as no:
        SmtpSender(away).send(message(Channel.EMAIL, "lin@example.com"))
    assert no.value.code == "message.not-sent"
    options = {"authenticator": _accepts, "auth_required": True, "auth_require_tls": False}
    post = Post()
    with warnings.catch_warnings(action="ignore", category=UserWarning), mail_server(post, **options) as server:
        for password in ("wrong", PASSWORD):
            known = SmtpServer(host=server.host, port=server.port, sender=server.sender, user=USER, password=password)
            if password == PASSWORD:
                SmtpSender(known).send(message(Channel.EMAIL, "lin@example.com"))
            else:
                with pytest.raises(Unavailable):
                    SmtpSender(known).send(message(Channel.EMAIL, "lin@example.com"))
    assert len(post.envelopes) == 1


def test_nothing_leaves_without_tls_where_that_is_not_allowed() -> None:
    """A server that offers no STARTTLS gets neither message nor password."""
    post = Post()
    with mail_server(post) as server, pytest.raises(Unavailable):
        SmtpSender(server, ssl.create_default_context, frozenset()).send(message(Channel.EMAIL, "lin@example.com"))
    assert post.envelopes == []


@dataclass
class Gateway:
    url: str
    status: int = 202
    taken: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)


@contextmanager
def gateway() -> Iterator[Gateway]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            here.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(here.status)
            self.send_header("Content-Length", "0")
            self.send_header("Location", here.url)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Gateway(f"http://127.0.0.1:{server.server_address[1]}/messages")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("address", ["a..b@example.com", ".a@example.com", "a@b@example.com"])
def test_an_address_that_no_mail_can_name_is_refused_for_good(address: str) -> None:
    with pytest.raises(InvalidInput) as no:
        SmtpSender(SmtpServer(host="localhost", port=free_port(), sender="loans@example.com")).send(
            message(Channel.EMAIL, address)
        )
    assert no.value.code == "message.refused"


def test_an_sms_goes_to_the_gateway_with_its_token_and_nothing_more_than_it_needs() -> None:
    sent = message(Channel.SMS, "+8613800138000")
    with gateway() as here:
        SmsGateway(here.url, "token").send(sent)
    ((headers, body),) = here.taken
    assert body == {"to": sent.address, "text": sent.body, "reference": sent.reference}
    assert (headers["authorization"], headers["idempotency-key"]) == ("Bearer token", sent.reference)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (422, "message.refused"),
        (404, "message.refused"),
        (500, "message.not-sent"),
        (302, "message.not-sent"),
        (401, "message.not-sent"),
    ],
)
def test_what_a_gateway_answers_says_whether_to_try_again(status: int, code: str) -> None:
    with gateway() as here:
        here.status = status
        with pytest.raises((InvalidInput, Unavailable)) as no:
            SmsGateway(here.url, "token").send(message(Channel.SMS, "+8613800138000"))
    assert no.value.code == code
    assert len(here.taken) == 1


def test_a_gateway_that_is_away_says_try_again() -> None:
    sender: Sender = SmsGateway(f"http://127.0.0.1:{free_port()}/", "token")
    with pytest.raises(Unavailable) as no:
        sender.send(message(Channel.SMS, "+8613800138000"))
    assert no.value.code == "message.not-sent"
    assert "token" not in repr(sender)
