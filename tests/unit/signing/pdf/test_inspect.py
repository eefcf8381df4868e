"""The child process that reads untrusted PDFs: bounded, and believed only in its own words."""

import hashlib
import signal
import sys
import time
from pathlib import Path

import pytest

from signing.errors import DocumentRefused
from signing.pdf import inspect_child
from signing.pdf.inspect import EXIT_OUT_OF_MEMORY, REASONS, Inspection, Limits, inspect, read_verdict, run_child
from support.small_pdfs import MIB, encrypted_pdf, inflating_pdf, small_pdf


def test_plain_pdf_is_described() -> None:
    data = small_pdf(pages=2)

    assert inspect(data) == Inspection(pages=2, sha256=hashlib.sha256(data).digest(), byte_length=len(data))


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


def test_pdf_that_needs_more_memory_than_allowed_is_stopped() -> None:
    assert (
        refusal(small_pdf(lambda pdf: pdf.Root.__setitem__("/Big", b"x" * 4 * MIB)), Limits(memory_bytes=MIB))
        == "pdf.too-slow"
    )


def test_child_starts_with_nothing_of_ours_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pikepdf.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert inspect(small_pdf()).pages == 1


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import time; time.sleep(60)", "pdf.too-slow"),
        ("import sys; sys.stdin.read(); sys.stdout.write('x' * 10**9)", "pdf.too-slow"),
        ("while True: print('x' * 10**6)", "pdf.too-slow"),
        ("import os; os.abort()", "pdf.malformed"),
        ("import os; os._exit(3)", "pdf.too-slow"),
        ("import os; os._exit(1)", "pdf.not-inspected"),
        ("pass", "pdf.not-inspected"),
        ("print('{}')", "pdf.not-inspected"),
    ],
)
def test_child_that_hangs_floods_crashes_or_lies_refuses_the_file(program: str, code: str) -> None:
    status, written = run_child([sys.executable, "-I", "-c", program], bytes(MIB), seconds=1)

    with pytest.raises(DocumentRefused) as caught:
        read_verdict(status, written)
    assert caught.value.code == code


def test_interpreter_that_is_missing_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentRefused) as caught:
        run_child([str(tmp_path / "missing")], b"", seconds=1)

    assert caught.value.code == "pdf.not-inspected"


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"[]",
        b'{"code":"","pages":1}',
        b'{"code":"","detail":"","pages":0}',
        b'{"code":"","detail":"","pages":true}',
        b'{"code":"","detail":"","pages":"1"}',
        b'{"code":"","detail":7,"pages":1}',
        b'{"code":7,"detail":"","pages":1}',
        b'{"code":"pdf.fine","detail":"","pages":1}',
        b'{"code":"","detail":"","pages":1}\n',
        b'{"code":"","detail":"","pages":1,"x":1}',
    ],
)
def test_verdict_in_another_form_is_not_believed(written: bytes) -> None:
    with pytest.raises(DocumentRefused) as caught:
        read_verdict(0, written)

    assert caught.value.code == "pdf.not-inspected"


def test_verdict_of_a_killed_child_is_not_believed() -> None:
    with pytest.raises(DocumentRefused) as caught:
        read_verdict(-signal.SIGSEGV, b'{"code":"","detail":"","pages":1}')

    assert caught.value.code == "pdf.malformed"


def test_both_sides_mean_the_same_by_out_of_memory() -> None:
    assert EXIT_OUT_OF_MEMORY == inspect_child.EXIT_OUT_OF_MEMORY


def test_every_reason_is_documented() -> None:
    table = (Path(__file__).resolve().parents[4] / "docs" / "pdf-rules.md").read_text("utf-8")

    assert [code for code in REASONS if f"`{code}`" not in table] == []


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DocumentRefused) as caught:
        inspect(data, limits or Limits())
    return caught.value.code
