"""The two doors to the outside: the registry, from which the list is read, and the evaluators, who are asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, Protocol

import httpx2

from ledger.errors import Conflict, InvalidInput, LedgerError, NotAllowed, NotFound, Unavailable
from signing.canonical import Json

REGISTRY_SECONDS = 60.0
EVALUATOR_SECONDS = 10.0  # a batch of a thousand takes a tenth of a second: who is slower is passed over
_KINDS: Mapping[int, type[LedgerError]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    422: InvalidInput,
}


class Registry(Protocol):
    """Where the list is read and listings are proposed."""

    def get(self, path: str, **query: str) -> bytes: ...

    def post(self, path: str, body: Mapping[str, Json], once: str) -> bytes: ...


class Evaluators(Protocol):
    """Those who hold shares: `answer` sends the same request bytes to one of them."""

    def answer(self, index: int, request: bytes) -> bytes: ...


@dataclass(frozen=True)
class HttpRegistry:
    """A registry over HTTP, with an API key of one of its members."""

    client: httpx2.Client

    def get(self, path: str, **query: str) -> bytes:
        return _sent(self.client, "GET", f"/v1/blacklist/{path}", params=query)

    def post(self, path: str, body: Mapping[str, Json], once: str) -> bytes:
        return _sent(self.client, "POST", f"/v1/blacklist/{path}", json=dict(body), headers={"Idempotency-Key": once})


@dataclass(frozen=True)
class HttpEvaluators:
    """Evaluators over HTTP; `addresses` has the base URL of each place."""

    addresses: Mapping[int, httpx2.Client]

    def answer(self, index: int, request: bytes) -> bytes:
        client = self.addresses.get(index)
        if client is None:
            raise Unavailable("evaluator.no-address", f"no address is known of evaluator {index}")
        headers = {"Content-Type": "application/json"}
        return _sent(client, "POST", f"/v1/blacklist/evaluators/{index}/answers", content=request, headers=headers)


def _sent(client: httpx2.Client, method: str, path: str, **parts: object) -> bytes:
    try:
        answer = client.request(method, path, **parts)  # type: ignore[arg-type]  # httpx's own keywords
    except httpx2.HTTPError as error:
        raise Unavailable(
            "service.unreachable", f"{client.base_url} does not answer ({type(error).__name__})"
        ) from error
    if answer.is_error:
        _refuse(answer)
    return answer.content


def _refuse(answer: httpx2.Response) -> NoReturn:
    try:
        problem = answer.json()
        code, detail = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        code, detail = f"http.{answer.status_code}", f"the service answered {answer.status_code}"
    raise _KINDS.get(answer.status_code, Unavailable)(code, detail)
