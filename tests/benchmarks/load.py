"""Load on a schedule: request k is due at k / rate, whatever became of those before (an open loop).

Promises: a latency counts from when its request was due, so a service that stalls is charged for everybody who would
have come meanwhile (no coordinated omission). A plain HTTP/1.1 client over kept-alive connections, so that the generator takes
little of the processors which it shares with the service.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30.0
REST_SECONDS = 3.0  # the service closes a connection that was quiet for five
LEAD_SECONDS = 0.5  # before the first request is due, so that every task waits already


@dataclass(frozen=True)
class Request:
    """One request, as the bytes that go over the wire."""

    wire: bytes
    expected: int

    @classmethod
    def of(
        cls, method: str, path: str, headers: dict[str, str], *, body: bytes = b"", expected: int = 200
    ) -> "Request":
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: localhost",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return cls("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body, expected)


@dataclass
class Outcome:
    """What came back: seconds from due to answered, for those with the expected status, and what else there was."""

    latencies: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def failed(self, what: str) -> None:
        self.errors[what] = self.errors.get(what, 0) + 1


def send_at_rate(url: str, requests: Sequence[Request], per_second: float) -> Outcome:
    """Send the requests on schedule and return when all were answered or given up."""
    return asyncio.run(_send_all(url, requests, per_second))


async def _send_all(url: str, requests: Sequence[Request], per_second: float) -> Outcome:
    outcome, connections = Outcome(), _Connections(urlsplit(url).hostname or "", urlsplit(url).port or 80)
    start = time.perf_counter() + LEAD_SECONDS
    async with asyncio.TaskGroup() as group:
        for number, request in enumerate(requests):
            group.create_task(_send(connections, request, start + number / per_second, outcome))
    connections.close()
    return outcome


def send_at_once(url: str, requests: Sequence[Request], at_once: int) -> tuple[Outcome, float]:
    """Send the requests from `at_once` clients, each its next one as soon as it is answered; return what came and the seconds."""
    return asyncio.run(_send_from(url, requests, at_once))


async def _send_from(url: str, requests: Sequence[Request], at_once: int) -> tuple[Outcome, float]:
    outcome, connections = Outcome(), _Connections(urlsplit(url).hostname or "", urlsplit(url).port or 80)
    waiting = iter(requests)  # shared: each client takes the next

    async def client() -> None:
        for request in waiting:
            await _send(connections, request, time.perf_counter(), outcome)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(client())
    seconds = time.perf_counter() - started
    connections.close()
    return outcome, seconds


async def _send(connections: "_Connections", request: Request, due: float, outcome: Outcome) -> None:
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            status = await connections.exchange(request.wire)
    except (OSError, TimeoutError, EOFError, ValueError) as error:
        outcome.failed(type(error).__name__)
        return
    if status == request.expected:
        outcome.latencies.append(time.perf_counter() - due)
    else:
        outcome.failed(f"HTTP {status}")


class _Connections:
    """Open connections that carry one request at a time; a new one is opened when none is free."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._free: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def exchange(self, wire: bytes) -> int:
        """Send one request and return its status, the body read to its end."""
        reader, writer = self._rested() or await asyncio.open_connection(*self._place)
        try:
            writer.write(wire)
            status = await _read_answer(reader)
        except BaseException:
            writer.close()
            raise
        self._free.append((time.perf_counter(), reader, writer))
        return status

    def _rested(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Return the connection used last; one that rested so long that the service may be closing it is closed."""
        while self._free:
            since, reader, writer = self._free.pop()
            if time.perf_counter() - since < REST_SECONDS:
                return reader, writer
            writer.close()
        return None

    def close(self) -> None:
        for _, _, writer in self._free:
            writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    await reader.readexactly(int(headers["content-length"]))
    return int(head[0].split(" ")[1])
