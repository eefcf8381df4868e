"""The HTTP client of the commands: one place for address, key, idempotency and readable refusals."""

import secrets
from typing import NoReturn

import httpx2

from ledger.errors import Conflict, InvalidInput, LedgerError, NotAllowed, NotFound, Unavailable
from signing.canonical import Json

TIMEOUT_SECONDS = 30.0
_KINDS: dict[int, type[LedgerError]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    413: InvalidInput,
    422: InvalidInput,
    503: Unavailable,
}


class Client:
    """Talks to one service; raises the error that the service answered, with its code."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS)

    def get(self, path: str, **query: str) -> dict[str, Json]:
        return _object(self._send("GET", path, params=query))

    def get_bytes(self, path: str, **query: str) -> bytes:
        return self._send("GET", path, params=query).content

    def post(self, path: str, body: dict[str, Json]) -> dict[str, Json]:
        return _object(self._send("POST", path, json=body))

    def post_bytes(self, path: str, body: dict[str, Json]) -> bytes:
        return self._send("POST", path, json=body).content

    def post_file(self, path: str, data: bytes, **query: str) -> dict[str, Json]:
        """Send the bytes of a file as they are; the service sees by its first bytes what it is."""
        return _object(self._send("POST", path, content=data, params=query, kind="application/octet-stream"))

    def upload(self, path: str, files: dict[str, tuple[str, bytes, str]], fields: dict[str, str]) -> dict[str, Json]:
        return _object(self._send("POST", path, files=files, data=fields))

    def close(self) -> None:
        self._http.close()

    def _send(self, method: str, path: str, kind: str | None = None, **parts: object) -> httpx2.Response:
        headers = {"Idempotency-Key": secrets.token_hex(16)} if method == "POST" else {}
        if kind is not None:
            headers["Content-Type"] = kind
        try:
            answer = self._http.request(method, path, headers=headers, **parts)  # type: ignore[arg-type]  # httpx's own keywords
        except httpx2.HTTPError as error:
            message = (
                f"the service at {self._http.base_url} does not answer ({type(error).__name__}); is `tally up` running?"
            )
            raise Unavailable("service.unreachable", message) from error
        if answer.is_error:
            _refuse(answer)
        return answer


def _object(answer: httpx2.Response) -> dict[str, Json]:
    value = answer.json()
    if not isinstance(value, dict):
        raise Unavailable("service.answer", "the service answered something that is not its own; is the address right?")
    return value


def _refuse(answer: httpx2.Response) -> NoReturn:
    try:
        problem = answer.json()
        code, detail = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        code, detail = f"http.{answer.status_code}", f"the service answered {answer.status_code}"
    raise _KINDS.get(answer.status_code, Unavailable)(code, detail)
