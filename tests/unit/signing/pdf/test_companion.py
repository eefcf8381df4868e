"""The second process beside a copy: it lives and dies with it, within the same caps, and no answer is given without it."""

import ctypes
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psutil
import pytest

from signing.errors import DocumentRefused
from signing.pdf.child.companion import read_all
from signing.pdf.inspect import Limits, refuse_unfinished
from signing.pdf.inspect_sealed import SealTrust, inspect_sealed
from signing.pdf.sandbox import Caps, Ended, Warm, run
from support.sealed_pdfs import CHECKED_AT, honest, sealer
from support.small_pdfs import MIB

CAPS = Caps(seconds=1, memory_bytes=1024 * MIB)
LIMITS = Limits(seconds=3)
_SOON_SECONDS = 5
_PR_SET_CHILD_SUBREAPER = 36
_TASK = """
import os, signal, socket, sys, time
sys.path.insert(0, sys.argv[2])
from signing.pdf.child.zygote import serve
def hang():
    while True:
        time.sleep(1)
def work(told):
    {work}
def task(data, request, means):
    companion = means.begin(work)
    {copy}
serve(socket.socket(fileno=int(sys.argv[1])), {{"t": task}})
"""
_SEALED = """
import os, signal, sys, time
sys.path.insert(0, sys.argv[2])
from signing.pdf.child import looks, main
def first_difference(one, other):
    {work}
looks.first_difference = first_difference
main.main()
"""


@pytest.fixture(autouse=True)
def _like_an_init_that_reaps_nobody() -> Iterator[None]:
    """Get the orphans of the warm process, where it does not take them itself, as the first process of a container does."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@contextmanager
def warm_with(program: str) -> Iterator[Warm]:
    """Yield a warm process, and insist that nothing but itself is left of it when its work is done."""
    warm = Warm(program)
    try:
        yield warm
        assert warm.process is not None
        session = warm.process.pid
        assert soon(lambda: not left_behind(session)), "a process was left behind"
    finally:
        warm.close()


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + _SOON_SECONDS
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.01)
    return False


def left_behind(session: int) -> list[int]:
    """Return the processes of a session but for its leader, whoever is their parent now, dead ones that nobody reaped too."""
    found = []
    for process in psutil.pids():
        with suppress(ProcessLookupError):
            if os.getsid(process) == session != process:
                found.append(process)
    return found


def at_work(session: int) -> list[int]:
    """Return those of the session that are not dead; the dead ones are the orphans of this test's process, which reaps none."""
    found = []
    for process in left_behind(session):
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(process).status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def ended(work: str, copy: str = "return companion.answer()") -> Ended:
    with warm_with(_TASK.format(work=work, copy=copy)) as warm:
        return run("t", {}, b"file", CAPS, warm)


def test_companion_has_what_the_copy_has_is_told_one_thing_and_answers() -> None:
    assert ended("return b'told ' + told()", "companion.tell(data); return companion.answer()") == Ended(
        0, b"told file"
    )
    assert ended("return b'told ' + told()") == Ended(0, b"told ")
    assert ended("return bytes(10**5)", "return str(len(companion.answer())).encode()") == Ended(0, b"100000")


@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("hang()", "pdf.too-slow"),
        ("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); signal.pause()", "pdf.too-slow"),
        ("while True: pass", "pdf.too-slow"),
        ("return bytearray(10**10)", "pdf.too-slow"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "pdf.too-slow"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "pdf.too-slow"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "pdf.malformed"),
        ("os.abort()", "pdf.malformed"),
        ("raise ValueError", "pdf.not-inspected"),
        ("return b''", "pdf.not-inspected"),
        ("sys.exit(0)", "pdf.not-inspected"),
        ("open('/etc/passwd'); return b'x'", "pdf.not-inspected"),
        ("socket.socket(); return b'x'", "pdf.not-inspected"),
        (
            "signal.signal(signal.SIGINT, signal.default_int_handler); os.kill(os.getpid(), signal.SIGINT); hang()",
            "pdf.not-inspected",
        ),
    ],
)
@pytest.mark.parametrize("copy", ["return companion.answer()", "companion.tell(bytes(10**7)); return b'{}'"])
def test_companion_that_hangs_dies_or_reaches_out_takes_the_copy_with_it(work: str, code: str, copy: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        refuse_unfinished(ended(work, copy))

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("copy", "status"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.abort()", -signal.SIGABRT),
        ("hang()", -signal.SIGKILL),
        ("raise MemoryError", 3),
        ("return b'without it'", 0),
    ],
)
def test_companion_does_not_outlive_its_copy(copy: str, status: int) -> None:
    assert ended("hang()", copy).status == status


def test_copy_and_companion_do_not_outlive_a_warm_process_that_is_killed() -> None:
    warm = Warm(_TASK.format(work="hang()", copy="hang()"))
    try:
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(run, "t", {}, b"file", Caps(seconds=60, memory_bytes=CAPS.memory_bytes), warm)
            assert soon(lambda: warm.process is not None and len(left_behind(warm.process.pid)) == 2)
            assert warm.process is not None
            warm.process.kill()
            assert waiting.result() == Ended(None, b"")
        assert soon(lambda: warm.process is not None and not at_work(warm.process.pid))
    finally:
        warm.close()


def test_each_file_has_one_companion() -> None:
    assert ended("return b'x'", "return means.begin(work).answer()").status == 1


@pytest.mark.parametrize(
    ("work", "code"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "pdf.too-slow"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "pdf.malformed"),
        ("return bytearray(10**10)", "pdf.too-slow"),
        ("raise MemoryError", "pdf.too-slow"),
        ("raise RuntimeError('odd')", "sealed.malformed"),
        ("os._exit(0)", "pdf.not-inspected"),
        ("time.sleep(60)", "pdf.too-slow"),
        ("return 2", "sealed.looks-different"),
    ],
)
def test_sealed_file_whose_drawing_does_not_end_well_is_refused(
    work: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warm_with(_SEALED.format(work=work)) as warm:
        monkeypatch.setattr(run, "__defaults__", (warm,))
        found = inspect_sealed(honest(), SealTrust(roots=(sealer().root,)), at=CHECKED_AT, limits=LIMITS)

    assert [reason.code for reason in found.reasons] == [code]


def test_sealed_file_is_judged_by_both_in_time() -> None:
    assert inspect_sealed(honest(), SealTrust(roots=(sealer().root,)), at=CHECKED_AT).passed


def test_all_that_is_written_is_read() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"a" * 70_000)
        ours.shutdown(socket.SHUT_WR)
        assert read_all(theirs) == b"a" * 70_000
