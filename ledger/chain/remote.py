"""A chain behind an RPC URL, through web3's HTTP provider.

Promises: one attempt per request within the timeout (the worker retries); no error shows more of the URL than its
host, since paths and user names of RPC URLs are access keys.
Leaves to others: meaning of the answers (`client`).
"""

from functools import cached_property
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

import requests

from ledger.chain.client import ChainClient
from ledger.errors import InvalidInput, Unavailable
from signing.canonical import Json

if TYPE_CHECKING:
    from web3.providers.rpc import HTTPProvider
    from web3.types import RPCEndpoint

DEFAULT_TIMEOUT_SECONDS: Final = 10.0
_MAX_URL_CHARACTERS: Final = 2_048


class HttpNode:
    """An Ethereum node over HTTP(S)."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url
        self._host = _check(url)
        self._timeout_seconds = timeout_seconds

    @cached_property
    def _provider(self) -> "HTTPProvider":
        from web3.providers.rpc import HTTPProvider  # noqa: PLC0415  # costs 40 MB and half a second, where a chain is asked

        return HTTPProvider(
            self._url,
            request_kwargs={"timeout": self._timeout_seconds, "allow_redirects": False},
            exception_retry_configuration=None,
        )

    def request(self, method: str, arguments: list[Json]) -> Json:
        """Return the response object; Unavailable `chain.timeout` or `chain.unreachable`."""
        try:
            response: Json = self._provider.make_request(cast("RPCEndpoint", method), arguments)  # type: ignore[assignment]  # JSON
        except requests.Timeout as error:
            raise Unavailable(
                "chain.timeout", f"the chain's node at {self._host} did not answer within {self._timeout_seconds:g} s"
            ) from error
        except (requests.RequestException, ValueError) as error:
            raise Unavailable(
                "chain.unreachable",
                f"the chain's node at {self._host} cannot be reached or does not speak JSON-RPC; "
                "check that it runs and that the RPC URL is right",
            ) from error
        return response


def connect(
    url: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS, confirmations: int | None = None
) -> ChainClient:
    """Return a client of the node at `url`, without asking it anything yet; InvalidInput `chain.bad-url`."""
    return ChainClient(HttpNode(url, timeout_seconds), confirmations=confirmations)


def forward(url: str, body: bytes, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> bytes:
    """Return what the node at `url` answers to a stranger's body; Unavailable `chain.timeout` or `chain.unreachable`."""
    host = _check(url)
    try:
        return bytes(requests.post(url, data=body, timeout=timeout_seconds, allow_redirects=False).content)
    except requests.Timeout as error:
        raise Unavailable("chain.timeout", f"the chain at {host} did not answer in time: ask again") from error
    except requests.RequestException as error:
        raise Unavailable("chain.unreachable", f"the chain at {host} cannot be reached: ask again") from error


def _check(url: str) -> str:
    """Return host and port for messages."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _bad_url() from None  # the cause would quote the URL
    is_plain = url.isprintable() and not any(letter.isspace() for letter in url) and len(url) <= _MAX_URL_CHARACTERS
    if parts.scheme not in ("http", "https") or not host or not is_plain:
        raise _bad_url()
    return f"{host}:{port}" if port else host


def _bad_url() -> InvalidInput:
    return InvalidInput(
        "chain.bad-url", "expected the chain's RPC URL as http://host:port/path or https://…", field="chain"
    )
