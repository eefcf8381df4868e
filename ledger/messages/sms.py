"""SMS through an HTTP gateway: POST {"to","text","reference"} as JSON with a bearer token, as most gateways take it.

A gateway that wants another shape gets a small relay beside it: docs/operating.md. No SMS leaves with more than it needs.
"""

from dataclasses import dataclass, field

import httpx2

from ledger.errors import InvalidInput, Unavailable
from ledger.messages.door import Message

TIMEOUT_SECONDS = 10.0
_REFUSED = frozenset({400, 404, 410, 422})  # this number, however often


@dataclass(frozen=True)
class SmsGateway:
    """Hands messages to the gateway at `url`."""

    url: str
    token: str = field(repr=False)

    def send(self, message: Message) -> None:
        """Hand the SMS over; raises as `door.Sender` says. A redirect is not followed: it would carry the token elsewhere."""
        body = {"to": message.address, "text": message.body, "reference": message.reference}
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": message.reference}
        try:
            answer = httpx2.post(self.url, json=body, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=False)
        except httpx2.HTTPError as error:
            raise Unavailable(
                "message.not-sent", f"the SMS gateway did not answer ({type(error).__name__}); try again"
            ) from error
        if answer.status_code in _REFUSED:
            raise InvalidInput("message.refused", f"the SMS gateway refused this number (HTTP {answer.status_code})")
        if not answer.is_success:
            raise Unavailable(
                "message.not-sent", f"the SMS gateway answered HTTP {answer.status_code}; try again later"
            )
