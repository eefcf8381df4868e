"""Which senders an installation has: mail by SMTP, SMS by a gateway, and without either a folder that a person reads."""

from pathlib import Path

from api.settings import Settings
from ledger.messages.console import OutboxFolder
from ledger.messages.door import Channel, Sender, Senders
from ledger.messages.smtp import SmtpSender, SmtpServer

OUTBOX = "outbox"  # in the data folder


def senders_of(settings: Settings) -> Senders:
    """Return the senders that the settings name; where they name none, messages go into the outbox folder."""
    found: dict[Channel, Sender] = {}
    if settings.smtp_host:
        server = SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_from,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value(),
        )
        found[Channel.EMAIL] = SmtpSender(server)
    if settings.sms_url:
        from ledger.messages.sms import SmsGateway  # noqa: PLC0415  # an HTTP client takes its time to load

        found[Channel.SMS] = SmsGateway(settings.sms_url, settings.sms_token.get_secret_value())
    return Senders(found or dict.fromkeys(Channel, OutboxFolder(outbox_folder(settings))))


def ways_of(settings: Settings) -> tuple[str, ...]:
    """Return which real ways messages have to people: none where they go into the folder."""
    ways = {"email": settings.smtp_host, "sms": settings.sms_url}
    return tuple(way for way, address in ways.items() if address)


def outbox_folder(settings: Settings) -> Path:
    """Return where messages lie when no sender is set up: for demonstrations and tests."""
    return settings.data / OUTBOX
