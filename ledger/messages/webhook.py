"""One event handed to one endpoint: a signed POST that follows no redirect and reads no answer beyond its status (DESIGN 9)."""

from dataclasses import dataclass

import httpx2

from ledger.core.log.deliveries import event_signature
from ledger.errors import Unavailable
from ledger.messages.address_guard import Target, resolve_target
from ledger.messages.door import Event

TIMEOUT_SECONDS = 10.0
USER_AGENT = "Tallystick-webhook/1"


@dataclass(frozen=True)
class WebhookPoster:
    """Hands events over; `allow_private` lets them go to private addresses and to http on this machine: for development."""

    allow_private: bool = False

    def post(self, url: str, event: Event) -> int:
        """Return the HTTP status of the answer, whichever it is.

        Raises Unavailable("webhook.no-answer" | "webhook.unresolved"), InvalidInput("webhook.url" | "webhook.private-address").
        """
        target = resolve_target(url, allow_private=self.allow_private)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Host": target.url.netloc,
            "Tally-Event-Id": event.id,
            "Tally-Timestamp": str(event.timestamp),
            "Tally-Signature": event_signature(event.secret, event.id, event.timestamp, event.body),
        }
        try:
            with (
                httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST",
                    _pinned(target),
                    content=event.body,
                    headers=headers,
                    extensions={"sni_hostname": target.host},
                ) as answer,
            ):
                return answer.status_code
        except httpx2.HTTPError as error:
            raise Unavailable("webhook.no-answer", f"the webhook did not answer ({type(error).__name__})") from error


def _pinned(target: Target) -> str:
    """Return the URL with the address in place of the name: a name that changes in between leads nowhere else."""
    address = f"[{target.address}]" if target.address.version == 6 else str(target.address)  # noqa: PLR2004  # IPv6
    return target.url._replace(netloc=f"{address}:{target.port}").geturl()
