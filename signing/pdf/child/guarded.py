"""Whatever a parser throws at a sealed file becomes a reason against it; running out of memory is none, and ends the process."""

from collections.abc import Iterator
from contextlib import contextmanager

from signing.pdf.child.findings import Findings, Refused


@contextmanager
def guarded(findings: Findings) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        findings.add(refused.code, refused.detail)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - outermost edge of this process: no error of a parser may pass a file
        findings.add("sealed.malformed", f"{type(error).__name__}: {error}")
