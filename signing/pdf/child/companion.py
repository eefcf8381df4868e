"""A second process beside a copy: it begins with all that the copy has read, is told one thing, and answers once.

Promises: the companion has the caps of the copy, each process its own count, and as little: no descriptor but one. It is all or
nothing: when the companion is killed, crashes, runs out of memory or time, the copy ends in the same way and writes no answer.
Leaves to others: that the two die together (zygote ends them by their process group), and what they work on.
"""

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, TypeAlias

EXIT_FAILED = 1
EXIT_OUT_OF_MEMORY = 3
MOST_DESCRIPTORS = 4096
_CHUNK = 1 << 16
_PR_SET_PDEATHSIG = 1  # linux/prctl.h

Told: TypeAlias = Callable[[], bytes]
Work: TypeAlias = Callable[[Told], bytes]


class Companion(Protocol):
    """Work that goes on beside ours."""

    def tell(self, message: bytes) -> None:
        """Tell the one thing that it may ask for; it is told nothing (empty bytes) when `answer` comes first."""
        ...

    def answer(self) -> bytes:
        """Return what the work returned; never return when it did not end well, or returned nothing."""
        ...


Run: TypeAlias = Callable[..., Any]
Begin: TypeAlias = Callable[[Work], Companion]


@dataclass(frozen=True)
class Means:
    """What a task may use: `run` runs a coroutine to its end, `begin` begins work beside it, once."""

    run: Run
    begin: Begin


@dataclass(frozen=True)
class Line:
    """The two ends between a copy and its companion, made while descriptors can still be had."""

    ours: socket.socket
    theirs: socket.socket

    def begin(self, work: Work) -> Companion:  # pragma: no cover - lives in a copy, as all below
        """Fork, and do `work` in the new process; it can be done once."""
        copy = os.getpid()
        try:
            process = os.fork()
        except OSError:
            os._exit(EXIT_FAILED)  # nothing is known against the file
        if process == 0:
            _do(work, self.theirs, copy)
        self.theirs.close()
        return _Process(process, self.ours)


@dataclass(frozen=True)
class _Process:
    number: int
    line: socket.socket

    def tell(self, message: bytes) -> None:  # pragma: no cover - lives in a copy
        try:
            self.line.sendall(message)
        except OSError:
            self._end_alike()
        self.line.shutdown(socket.SHUT_WR)

    def answer(self) -> bytes:  # pragma: no cover - lives in a copy
        try:
            self.line.shutdown(socket.SHUT_WR)
            written = read_all(self.line)
        except OSError:
            self._end_alike()
        self._end_alike(but_for=0 if written else None)
        return written

    def _end_alike(self, but_for: int | None = None) -> None:  # pragma: no cover - lives in a copy
        status = os.waitstatus_to_exitcode(os.waitpid(self.number, 0)[1])
        if status != but_for:
            end_as(status)


def die_with(parent: int) -> None:  # pragma: no cover - lives in a copy or a companion
    """Be killed when the parent ends in whatever way; elsewhere than on Linux only the parent's own kill does that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(EXIT_FAILED)


def end_as(status: int) -> NoReturn:  # pragma: no cover - ends the process
    """End as another process ended: by its signal, or with its exit status where that was no success."""
    if status < 0:
        os.kill(os.getpid(), -status)
        signal.pause()
    os._exit(status or EXIT_FAILED)


def _do(work: Work, line: socket.socket, copy: int) -> NoReturn:  # pragma: no cover - lives in a companion
    try:
        die_with(copy)
        os.closerange(3, line.fileno())
        os.closerange(line.fileno() + 1, MOST_DESCRIPTORS)
        line.sendall(work(lambda: read_all(line)))
        os._exit(0)
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)
    except BaseException:  # noqa: BLE001 - a companion must never go on as the copy
        os._exit(EXIT_FAILED)


def read_all(line: socket.socket) -> bytes:
    chunks = []
    while chunk := line.recv(_CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)
