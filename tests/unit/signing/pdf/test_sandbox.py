"""The process that reads untrusted PDFs: bounded, and believed only in its own words."""

import hashlib
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from signing.errors import DocumentRefused
from signing.pdf import sandbox
from signing.pdf.child import companion
from signing.pdf.inspect import Inspection, Limits, inspect, read_verdict
from signing.pdf.sandbox import Caps, Ended, Warm, run
from support.raw_pages import page, stream
from support.small_pdfs import MIB, encrypted_pdf, inflating_pdf, small_pdf

CAPS = Caps(seconds=1, memory_bytes=1024 * MIB)


def test_plain_pdf_is_described() -> None:
    data = small_pdf(pages=2)

    assert inspect(data) == Inspection(pages=2, sha256=hashlib.sha256(data).digest(), byte_length=len(data))


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xfe\xff\x8d\x37", b"\xff\xfe\x37\x8d", b"\xff\xff\xfe\x80", b""])
def test_process_has_loaded_what_texts_in_every_encoding_need(mark: bytes) -> None:
    assert inspect(page(b"", more=b"/Anything<%b>/NM<%b41>" % (mark.hex().encode(), mark.hex().encode()))).pages == 1


def test_picture_that_another_program_would_decode_is_left_alone() -> None:
    picture = stream(
        b"\0\0\0\0\x30\0\x01\0\0\0\x13\0\0\0\x09\0\0\0\x09" + bytes(20),
        b"/Type/XObject/Subtype/Image/Width 9/Height 9/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode",
    )

    assert inspect(page(b"/P Do", picture, resources=b"/XObject<</P 5 0 R>>")).pages == 1
    assert refusal(page(b"/P Do", picture[:-20], resources=b"/XObject<</P 5 0 R>>")) == "pdf.malformed"


def test_empty_large_encrypted_and_foreign_bytes_are_refused() -> None:
    assert refusal(b"") == "pdf.empty"
    assert refusal(small_pdf(), Limits(max_bytes=100)) == "pdf.too-large"
    assert refusal(encrypted_pdf(user="", owner="o")) == "pdf.encrypted"
    assert refusal(b"\x00" * MIB) == "pdf.not-a-pdf"
    assert refusal(small_pdf(pages=3), Limits(max_pages=2)) == "pdf.too-many-pages"


def test_stream_that_inflates_without_end_is_stopped_in_time() -> None:
    bomb = inflating_pdf(20_000)
    started = time.monotonic()

    assert len(bomb) < Limits().max_bytes
    assert refusal(bomb, Limits(seconds=1)) == "pdf.too-slow"
    assert time.monotonic() - started < 10


def test_pdf_that_needs_more_memory_than_allowed_is_refused() -> None:
    large = small_pdf(lambda pdf: pdf.Root.__setitem__("/Big", b"x" * 4 * MIB))

    assert inspect(large).pages == 1
    assert refusal(large, Limits(memory_bytes=MIB)) in {"pdf.too-slow", "pdf.malformed"}  # the parser may swallow it


def test_process_starts_with_nothing_of_ours_in_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pikepdf.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    fresh = Warm()

    try:
        assert run("upload", {"max_pages": 1}, small_pdf(), Limits().caps, fresh).status == 0
    finally:
        fresh.close()


def test_process_started_by_a_thread_that_keeps_to_one_processor_takes_them_all() -> None:
    fresh = Warm()

    def inspect_bound() -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        assert run("upload", {"max_pages": 1}, small_pdf(), Limits().caps, fresh).status == 0

    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(inspect_bound).result()
        assert fresh.process is not None
        assert os.sched_getaffinity(fresh.process.pid) == os.sched_getaffinity(os.getpid())
    finally:
        fresh.close()


def program(task: str) -> str:
    return f"""
import os, signal, socket, sys, time
sys.path.insert(0, sys.argv[2])
from signing.pdf.child.zygote import serve
def task(data, request, run):
    {task}
serve(socket.socket(fileno=int(sys.argv[1])), {{"t": task}})
"""


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ("time.sleep(60)", "pdf.too-slow"),
        ("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); signal.pause()", "pdf.too-slow"),
        ("while True: pass", "pdf.too-slow"),
        ("return b'x' * 10**6", "pdf.not-inspected"),
        ("return bytearray(10**10)", "pdf.too-slow"),
        ("os.abort()", "pdf.malformed"),
        ("os._exit(3)", "pdf.too-slow"),
        ("os._exit(1)", "pdf.not-inspected"),
        ("socket.socket(); return b'x'", "pdf.not-inspected"),
        ("open('/etc/passwd'); return b'x'", "pdf.not-inspected"),
        ("return b''", "pdf.not-inspected"),
        ("return b'{}'", "pdf.not-inspected"),
    ],
)
def test_task_that_hangs_floods_crashes_reaches_out_or_lies_refuses_the_file(task: str, code: str) -> None:
    warm = Warm(program(task))

    try:
        ended = run("t", {}, bytes(MIB), CAPS, warm)
    finally:
        warm.close()

    with pytest.raises(DocumentRefused) as caught:
        read_verdict(ended)
    assert caught.value.code == code


def test_warm_process_that_was_killed_is_started_again() -> None:
    warm = Warm(program("return data"))
    try:
        assert run("t", {}, b"one", CAPS, warm).written == b"one"
        assert warm.process is not None
        os.kill(warm.process.pid, signal.SIGKILL)
        warm.process.wait()
        assert run("t", {}, b"two", CAPS, warm).written == b"two"
    finally:
        warm.close()


def test_warm_process_that_dies_at_a_job_refuses_the_file() -> None:
    warm = Warm("import socket, sys; socket.socket(fileno=int(sys.argv[1])).recv(1)")
    try:
        assert run("t", {}, b"", CAPS, warm) == Ended(None, b"")
    finally:
        warm.close()


def test_warm_process_that_does_not_answer_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_GRACE_SECONDS", 0.1)
    warm = Warm("import time; time.sleep(60)")
    try:
        assert run("t", {}, bytes(4 * MIB), Caps(seconds=0, memory_bytes=MIB), warm) == Ended(None, b"")
    finally:
        warm.close()


def test_interpreter_that_is_missing_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/missing")
    monkeypatch.setattr(run, "__defaults__", (Warm(),))

    assert refusal(small_pdf()) == "pdf.not-inspected"


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"[]",
        b'{"pages":1}',
        b'{"pages":0,"reasons":[]}',
        b'{"pages":true,"reasons":[]}',
        b'{"pages":"1","reasons":[]}',
        b'{"pages":1,"reasons":[["pdf.malformed",""]]}',
        b'{"pages":0,"reasons":[["pdf.malformed",7]]}',
        b'{"pages":0,"reasons":[["pdf.malformed"]]}',
        b'{"pages":0,"reasons":[["pdf.fine",""]]}',
        b'{"pages":1,"reasons":{}}',
        b'{"pages":1,"reasons":[]}\n',
        b'{"pages":1,"reasons":[],"x":1}',
    ],
)
def test_verdict_in_another_form_is_not_believed(written: bytes) -> None:
    with pytest.raises(DocumentRefused) as caught:
        read_verdict(Ended(0, written))

    assert caught.value.code == "pdf.not-inspected"


def test_verdict_of_a_killed_process_is_not_believed() -> None:
    with pytest.raises(DocumentRefused) as caught:
        read_verdict(Ended(-signal.SIGSEGV, b'{"pages":1,"reasons":[]}'))

    assert caught.value.code == "pdf.malformed"


def test_both_sides_mean_the_same_by_out_of_memory() -> None:
    assert sandbox.EXIT_OUT_OF_MEMORY == companion.EXIT_OUT_OF_MEMORY


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DocumentRefused) as caught:
        inspect(data, limits or Limits())
    return caught.value.code
