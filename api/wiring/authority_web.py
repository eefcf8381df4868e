"""How seals reach time-stamp and certificate authorities: the local one in process, all others over HTTP.

Promises: one answer within a fixed time and size, no redirects, no cookies, no environment proxies; every failure is
ServiceUnavailable with a code. Leaves what is asked to `signing.pdf`.
"""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import httpx2

from signing.errors import ServiceUnavailable

Local = Callable[[str, bytes], bytes | None]


def nobody(_url: str, _body: bytes) -> bytes | None:
    """Answer as the local authority of an installation that has none."""
    return None


@cache
def _tls() -> ssl.SSLContext:
    """Return the machine's trusted certificates, read once: reading them takes longer than most answers."""
    return ssl.create_default_context()


@dataclass(frozen=True, kw_only=True)
class AuthorityWeb:
    """Asks servers by URL; `local` answers the addresses of the local authority, None for all others."""

    timeout_seconds: float
    local: Local = nobody

    def ask(self, url: str, body: bytes | None = None, *, media_type: str = "", most_bytes: int) -> bytes:
        """Return what the server answers to a POST of `body`, or to a GET.

        Raises ServiceUnavailable: web.address, web.unreachable, web.refused, web.too-large, web.too-slow.
        """
        own = self.local(url, body or b"")
        if own is not None:
            return own
        if not url.startswith(("http://", "https://")):
            raise ServiceUnavailable("web.address", f"expected an http(s) address, got {url[:80]!r}")
        headers = {"Content-Type": media_type} if media_type else {}
        try:
            with (
                httpx2.Client(timeout=self.timeout_seconds, verify=_tls(), trust_env=False) as client,
                client.stream("GET" if body is None else "POST", url, content=body, headers=headers) as answer,
            ):
                if answer.status_code != httpx2.codes.OK:
                    raise ServiceUnavailable("web.refused", f"expected status 200 from {url}, got {answer.status_code}")
                return self._read(url, answer, most_bytes)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise ServiceUnavailable("web.unreachable", f"{url} does not answer ({type(error).__name__})") from error

    def _read(self, url: str, answer: httpx2.Response, most_bytes: int) -> bytes:
        deadline = time.monotonic() + self.timeout_seconds
        data = bytearray()
        for chunk in answer.iter_bytes():
            data += chunk
            if len(data) > most_bytes:
                raise ServiceUnavailable("web.too-large", f"expected at most {most_bytes} bytes from {url}")
            if time.monotonic() > deadline:
                raise ServiceUnavailable(
                    "web.too-slow", f"expected the answer of {url} within {self.timeout_seconds:g} seconds"
                )
        return bytes(data)
