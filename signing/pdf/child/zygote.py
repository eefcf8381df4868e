"""A process that has everything loaded and does nothing but fork: one copy of itself for each untrusted file.

Promises: it never reads a file itself; each copy gets one file through one socket, works within its own limits of memory,
processor time and wall clock, can open no file and no socket, and ends with its answer; how it ended is reported.
Leaves to others: what is done with a file (tasks), and starting this process (signing.pdf.sandbox).

A request is eight bytes with two descriptors: the job's socket and a pipe for the exit status. The job's socket carries one line of
JSON (task, memory, seconds, …), then the file, until its end; back comes the answer.
"""

import asyncio
import ctypes
import gc
import json
import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from signing.pdf.child.companion import (
    EXIT_FAILED,
    EXIT_OUT_OF_MEMORY,
    MOST_DESCRIPTORS,
    Line,
    Means,
    die_with,
    read_all,
)

Request: TypeAlias = dict[str, Any]
Task: TypeAlias = Callable[[bytes, Request, Means], bytes]

_CHUNK = 1 << 16
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_MESSAGE_BYTES = 8  # "j" and the seconds of wall clock, seven digits
_SELDOM = (
    200_000,
    20,
    100,
)  # a copy ends with its file: collecting as often as a service does is a twelfth of its time


@dataclass
class _Copies:
    """The copies that are at work: where each one's status goes, and when its time is up."""

    status: dict[int, int] = field(default_factory=dict)
    deadline: dict[int, float] = field(default_factory=dict)

    def add(self, process: int, status: int, deadline: float) -> None:  # pragma: no cover - as all below
        self.status[process], self.deadline[process] = status, deadline
        with suppress(ProcessLookupError):
            os.setpgid(process, process)  # as it does itself, whoever is first: a group of its own with its companion

    def reap(self) -> None:  # pragma: no cover - lives in a process of its own
        with suppress(ChildProcessError):  # none is left
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                process, status = ended
                if process in self.status:  # not a companion that outlived its copy
                    _end_group(process)
                    self.deadline.pop(process)
                    _report(self.status.pop(process), os.waitstatus_to_exitcode(status))

    def kill(self, before: float) -> None:  # pragma: no cover - as above
        for process in [process for process, deadline in self.deadline.items() if deadline <= before]:
            _end_group(process)
            self.deadline[process] = before + 1  # until it is reaped

    def patience(self, now: float) -> float | None:  # pragma: no cover - as above
        return max(0.0, min(self.deadline.values()) - now) if self.deadline else None


def _end_group(process: int) -> None:  # pragma: no cover - lives in a process of its own
    """Kill a copy and its companion, or the companion that a copy has left behind."""
    with suppress(
        ProcessLookupError, PermissionError
    ):  # nobody is left: elsewhere than on Linux, dead ones are not ours
        os.killpg(process, signal.SIGKILL)


def serve(
    control: socket.socket, tasks: Mapping[str, Task]
) -> None:  # pragma: no cover - lives in a process of its own
    """Fork for each request until the other end of `control` is closed."""
    _adopt_orphans()
    copies, alarm = _Copies(), _wake_on_child()
    watched = selectors.DefaultSelector()
    watched.register(control, selectors.EVENT_READ)
    watched.register(alarm, selectors.EVENT_READ)
    gc.collect()
    gc.freeze()  # what is loaded stays shared with the copies
    while True:
        ready = {key.fileobj for key, _ in watched.select(copies.patience(time.monotonic()))}
        if alarm in ready:
            os.read(alarm, _CHUNK)
        copies.reap()
        copies.kill(time.monotonic())
        if control in ready and not _accept(control, tasks, copies):
            copies.kill(float("inf"))
            return


def _adopt_orphans() -> None:  # pragma: no cover - lives in a process of its own
    """Become the parent of a companion whose copy was killed, so that it is reaped here; elsewhere than on Linux init does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wake_on_child() -> int:  # pragma: no cover - lives in a process of its own
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return reading


def _accept(control: socket.socket, tasks: Mapping[str, Task], copies: _Copies) -> bool:  # pragma: no cover - as above
    message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 2)
    if not message:
        return False
    job, status = descriptors
    seconds = message[1:].decode()
    warm = os.getpid()
    process = os.fork()
    if process == 0:
        _work(socket.socket(fileno=job), tasks, warm)
    os.close(job)
    copies.add(process, status, time.monotonic() + float(seconds))
    return True


def _work(job: socket.socket, tasks: Mapping[str, Task], warm: int) -> None:  # pragma: no cover - lives in a copy
    """Do one job and end, whatever happens; nothing is tidied, for freeing a large tree takes longer than ending."""
    try:
        die_with(warm)
        os.setpgid(0, 0)
        gc.set_threshold(*_SELDOM)
        os.closerange(3, job.fileno())
        os.closerange(job.fileno() + 1, MOST_DESCRIPTORS)
        # both need descriptors, so before there are none left
        means = Means(asyncio.new_event_loop().run_until_complete, Line(*socket.socketpair()).begin)
        given = read_all(job)
        line, _, data = given.partition(b"\n")
        del given
        request: Request = json.loads(line)
        _limit(int(request["memory_bytes"]), int(request["seconds"]))
        job.sendall(tasks[request["task"]](data, request, means))
        os._exit(0)
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)
    except BaseException:  # noqa: BLE001 - a copy must never go on as the original
        os._exit(EXIT_FAILED)


def _limit(memory_bytes: int, seconds: int) -> None:  # pragma: no cover - would cap the tests themselves
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # no file, no socket, no network from here on


def _report(pipe: int, status: int) -> None:  # pragma: no cover - lives in a process of its own
    with suppress(BrokenPipeError):
        os.write(pipe, str(status).encode())
    os.close(pipe)
