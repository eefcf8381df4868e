"""E-mail by SMTP, with TLS where the server is not this machine."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from ledger.errors import InvalidInput, Unavailable
from ledger.messages.door import Message

TIMEOUT_SECONDS = 10.0  # a code is sent while its reader waits
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_SUBMISSIONS = 465  # the port where TLS begins at once (RFC 8314)
_PERMANENT = 500


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail is handed over, as whom, and who it comes from."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class SmtpSender:
    """Hands each message over on a connection of its own: nothing is lost with a connection that went stale."""

    server: SmtpServer
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    in_clear: frozenset[str] = THIS_MACHINE

    def send(self, message: Message) -> None:
        """Hand the mail over; raises as `door.Sender` says."""
        mail = _mail(message, self.server.sender)
        try:
            with self._connect() as connection:
                if self.server.user:
                    connection.login(self.server.user, self.server.password)
                connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if all(code >= _PERMANENT for code in codes):
                raise InvalidInput("message.refused", "the mail server knows no such address") from error
            raise _not_sent(error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise _not_sent(error) from error

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        if server.port == _SUBMISSIONS:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=self.context())
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        if server.host not in self.in_clear:  # never a code or a password in clear over a network
            try:
                connection.starttls(context=self.context())
            except (smtplib.SMTPException, OSError):
                connection.close()
                raise
        return connection


def _mail(message: Message, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = Address(addr_spec=sender)
    try:
        mail["To"] = Address(addr_spec=message.address)
        mail["Subject"] = message.subject
    except (MessageError, ValueError) as error:
        raise InvalidInput("message.refused", "no mail can be addressed to this address; correct it") from error
    mail["Message-ID"] = f"<{message.reference}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail.set_content(message.body)
    return mail


def _not_sent(error: Exception) -> Unavailable:
    return Unavailable(
        "message.not-sent", f"the mail server did not take the message ({type(error).__name__}); try again"
    )
