"""Doors that break: a process that dies at its n-th step, a node that cannot be reached.

Promises: what is behind the doors is real. A step is whatever leaves a trace: a transaction sent to the node, or one of the
database. Death comes before the step or just after it was done, and nothing passes a door afterwards.
"""

from collections.abc import Callable
from typing import TypeVar

from ledger.chain.client import Node
from ledger.errors import Unavailable
from ledger.storage.database import Connection, Database
from signing.canonical import Json

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone; no handler of errors sees it."""


class Fate:
    """Counts half steps; dies at the given one and stays dead."""

    def __init__(self, dies_at: int | None = None) -> None:
        self._left = dies_at
        self._is_dead = False

    def require_life(self) -> None:
        if self._is_dead:
            raise Killed

    def half_step(self) -> None:
        self.require_life()
        if self._left is None:
            return
        if self._left == 0:
            self._is_dead = True
            raise Killed
        self._left -= 1

    def step(self, work: Callable[[], T]) -> T:
        self.half_step()
        result = work()
        self.half_step()
        return result


class FatedNode:
    """A node that a process with a fate speaks to; it can be out of reach, or answer no question that names a forgotten word."""

    def __init__(self, node: Node, fate: Fate) -> None:
        self._node = node
        self.fate = fate
        self.is_reachable = True
        self.forgotten: set[str] = set()  # methods, or block numbers as 0x quantities

    def request(self, method: str, arguments: list[Json]) -> Json:
        if not self.is_reachable:
            raise Unavailable("chain.unreachable", "expected the node to answer, it is switched off")
        self.fate.require_life()
        if method in self.forgotten or (
            arguments and str(arguments[-1]) in self.forgotten and method != "eth_getBlockByNumber"
        ):
            return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "missing trie node"}}
        if method != "eth_sendRawTransaction":
            return self._node.request(method, arguments)
        return self.fate.step(lambda: self._node.request(method, arguments))


class FatedDatabase(Database):
    """The real database, until the process dies."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self.fate = fate

    def write(self, work: Callable[[Connection], T]) -> T:
        return self.fate.step(lambda: super(FatedDatabase, self).write(work))
