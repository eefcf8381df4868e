"""A real object store that lets a test act at the moment of a write or read, and a real signer that counts."""

import threading
from collections.abc import Callable

from ledger.storage.objects import Objects
from signing.algorithms import PublicKey
from signing.keys.signer import Signer


def nothing() -> None:
    """Do nothing."""


class HookedObjects(Objects):
    """Runs `before_put` or `before_get` once, at the first such call after it was set."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.before_put: Callable[[], object] = nothing
        self.before_get: Callable[[], object] = nothing
        self._lock = threading.Lock()

    def put(self, name: str, data: bytes) -> None:
        with self._lock:
            hook, self.before_put = self.before_put, nothing
            hook()
        super().put(name, data)

    def get(self, name: str) -> bytes:
        with self._lock:
            hook, self.before_get = self.before_get, nothing
            hook()
        return super().get(name)


class CountingSigner:
    """Signs with another signer and counts how often it was asked."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self.count = 0

    @property
    def public(self) -> PublicKey:
        return self._signer.public

    @property
    def purpose(self) -> str:
        return self._signer.purpose

    def sign(self, message: bytes) -> bytes:
        self.count += 1
        return self._signer.sign(message)
