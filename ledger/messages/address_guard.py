"""Where a webhook may go: https to a public address, resolved once and connected to as resolved (DESIGN section 9).

Promises: an address inside our own network is refused, whatever name leads there and whatever it resolves to a moment later.
Leaves to others: the request itself (webhook).
"""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from ledger.errors import InvalidInput, Unavailable

MAX_URL_CHARS = 500

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Iterable[str]]


@dataclass(frozen=True)
class Target:
    """A checked URL and the address that its name stood for when it was checked."""

    url: SplitResult
    host: str
    port: int
    address: Address


def check_url(text: str, *, allow_private: bool) -> SplitResult:
    """Return the parts of a webhook's URL; raise InvalidInput("webhook.url") for what can never be one.

    https only, no user or password in it; http to this very machine where `allow_private`, for development.
    """
    parts = _split(text)
    host = parts.hostname
    if host is None or parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad("expected https://host/path, without user, password or fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_private and _is_loopback_name(host)):
        raise _bad("expected https")
    return parts


def resolve_target(text: str, *, allow_private: bool, resolve: Resolve | None = None) -> Target:
    """Return the target of a delivery; every address of the name must be public, unless `allow_private`.

    Raises InvalidInput("webhook.url" | "webhook.private-address"), Unavailable("webhook.unresolved").
    """
    parts = check_url(text, allow_private=allow_private)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = [ip_address(item) for item in (resolve or _resolve)(host, port)]
    except (OSError, UnicodeError, ValueError) as error:
        raise Unavailable("webhook.unresolved", "the name of the webhook's host cannot be resolved") from error
    if not addresses:
        raise Unavailable("webhook.unresolved", "the name of the webhook's host cannot be resolved")
    if not allow_private and not all(is_public(item) for item in addresses):
        raise InvalidInput(
            "webhook.private-address", "the webhook's host lies in a private network; it must be reachable publicly"
        )
    return Target(parts, host, port, addresses[0])


def is_public(address: Address) -> bool:
    """Say whether an address is one of the public Internet; an IPv4 one inside an IPv6 one counts as itself."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _split(text: str) -> SplitResult:
    if len(text) > MAX_URL_CHARS or not text.isascii() or not text.isprintable() or " " in text:
        raise _bad(f"expected at most {MAX_URL_CHARS} plain characters")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise _bad("it cannot be read") from error
    return parts


def _is_loopback_name(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}


def _resolve(host: str, port: int) -> Iterable[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(item[4][0]) for item in found]


def _bad(why: str) -> InvalidInput:
    return InvalidInput("webhook.url", f"the webhook's URL was not understood: {why}", field="url")
