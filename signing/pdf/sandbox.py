"""Runs a task over one untrusted file in a process of its own, with caps on memory, processor time and wall clock.

Promises: the process gets neither our environment nor our folder, can open no file and no socket once it holds the file, and is
believed only in what it wrote within its time. A warm process that has the parsers loaded forks one copy for each file, so a file
costs milliseconds; it ends with us, and is started again when it has died.
Leaves to others: what an answer means.
"""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from signing.canonical import Json, encode

EXIT_OUT_OF_MEMORY = (
    3  # child.companion.EXIT_OUT_OF_MEMORY; a test compares them, for importing it would load the parsers here
)
MAX_ANSWER_BYTES = 64 * 1024

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.insert(0, sys.argv[2]); from signing.pdf.child.start import main; main()"
_OVER_LIMIT = frozenset({-signal.SIGKILL, -signal.SIGXCPU, EXIT_OUT_OF_MEMORY})
_GRACE_SECONDS = 5  # the warm process itself kills a copy in time; this is for a warm process that does not answer


@dataclass(frozen=True)
class Caps:
    """What one file may cost."""

    seconds: int
    memory_bytes: int


@dataclass(frozen=True)
class Ended:
    """How a copy ended (an exit status, negative for a signal, None when nobody knows) and what it wrote."""

    status: int | None
    written: bytes

    @property
    def over_limit(self) -> bool:
        return self.status in _OVER_LIMIT

    @property
    def crashed(self) -> bool:
        return self.status is not None and self.status < 0 and not self.over_limit


@dataclass
class Warm:
    """The warm process, started when it is first needed and again when it is gone or belongs to another process."""

    program: str = _START
    process: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None
    _owner: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def submit(self, job: socket.socket, status: int, seconds: int) -> None:
        """Hand a job's descriptors to the warm process; raise OSError where there is none to be had."""
        message = b"j%07d" % seconds
        with self._lock:
            try:
                socket.send_fds(self._running(), [message], [job.fileno(), status])
            except (BrokenPipeError, ConnectionResetError):
                self._end()
                socket.send_fds(self._running(), [message], [job.fileno(), status])

    def close(self) -> None:
        with self._lock:
            self._end()

    def _running(self) -> socket.socket:
        if self._control is None or self._owner != os.getpid():
            self._start()
        assert self._control is not None  # noqa: S101 - _start has set it
        return self._control

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                    # -I: no PYTHON* variables, no user packages, no import from the working folder; -B: it may write no file.
                    [sys.executable, "-I", "-B", "-c", self.program, str(theirs.fileno()), str(_ROOT)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={},
                    cwd="/",
                    start_new_session=True,
                    pass_fds=(theirs.fileno(),),
                )
            except OSError:
                ours.close()
                raise
        self._control, self._owner = ours, os.getpid()

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self.process is not None and self._owner == os.getpid():
            self.process.kill()
            self.process.wait()
        self._control = self.process = None


_WARM = Warm()
atexit.register(_WARM.close)


def run(task: str, request: Mapping[str, Json], data: bytes, caps: Caps, warm: Warm = _WARM) -> Ended:
    """Return how the task ended over these bytes; raise OSError when it could not be begun."""
    header = {**request, "task": task, "memory_bytes": caps.memory_bytes, "seconds": caps.seconds}
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0) as status:  # noqa: PTH123 - a descriptor, no path
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    warm.submit(theirs, writing, caps.seconds)
            finally:
                os.close(writing)
            ours.settimeout(caps.seconds + _GRACE_SECONDS)
            written = _exchange(ours, encode(header) + b"\n", data)
        return Ended(_status(status), written)


def _exchange(job: socket.socket, line: bytes, data: bytes) -> bytes:
    """Write all, then read a little. The copy reads all of its input before it writes, so neither waits for the other."""
    written = bytearray()
    with suppress(OSError):  # it ended early, or in silence: its exit status says why
        job.sendall(line)
        job.sendall(data)
        job.shutdown(socket.SHUT_WR)
    with suppress(OSError):
        while len(written) <= MAX_ANSWER_BYTES and (chunk := job.recv(MAX_ANSWER_BYTES)):
            written += chunk
    return bytes(written[: MAX_ANSWER_BYTES + 1])


def _status(pipe: IO[bytes]) -> int | None:
    """Return the exit status that the warm process reports, None when it went away or is stuck without one."""
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    if not waiting.poll(_GRACE_SECONDS * 1000):
        return None
    said = pipe.read(16)
    return int(said) if said else None
