"""What the child process does with a file: the program behind signing.pdf.sandbox.

Promises: everything a task needs is loaded before the first file arrives.
"""

import logging
import os
import socket
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import cast

from asn1crypto import x509

from signing.canonical import Json, encode
from signing.pdf.child.companion import Means
from signing.pdf.child.question import Question, Roots
from signing.pdf.child.sealed import judge_sealed
from signing.pdf.child.uploads import judge_upload
from signing.pdf.child.zygote import Request, Task, serve


def upload(data: bytes, request: Request, _means: Means) -> bytes:
    return encode(cast("Json", judge_upload(data, max_pages=request["max_pages"])))


def sealed(data: bytes, request: Request, means: Means) -> bytes:
    question = Question(
        roots=Roots(_certificates(request["roots"]), _certificates(request["time_stamp_roots"])),
        revocation_lists=tuple(bytes.fromhex(one) for one in request["revocation_lists"]),
        at=datetime.fromisoformat(request["at"]),
        max_pages=request["max_pages"],
        document=bytes.fromhex(request["document"]) if request["document"] else None,
    )
    return encode(cast("Json", judge_sealed(data, question, means)))


TASKS: Mapping[str, Task] = {"upload": upload, "sealed": sealed}


def _certificates(written: list[str]) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(bytes.fromhex(one), strict=True) for one in written)


# What the libraries load only when they need it: a copy that holds a file can load nothing any more.
_LOADED_LATE = (
    "cryptography.hazmat.backends.openssl.backend",
    "encodings.cp1252",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.utf_16",
    "encodings.utf_16_be",
    "encodings.utf_32_be",
    "encodings.utf_8_sig",
    "lxml.etree",
    "pikepdf.codec",
    "pikepdf.jbig2",
    "pikepdf.models.actions",
    "pikepdf.models.ctm",
    "pikepdf.models.encryption",
    "pikepdf.models.image",
    "pikepdf.models.outlines",
    "pyhanko.pdf_utils.filters",
    "pyhanko.pdf_utils.metadata.xmp_xml",
)


def _use_all_processors() -> None:  # pragma: no cover - lives in the child process only
    """Take the processors of the process that started us: the thread that did may keep to one of them, and hand that down."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, os.sched_getaffinity(os.getppid()))


def main() -> None:  # pragma: no cover - lives in the child process only
    _use_all_processors()
    for name in _LOADED_LATE:
        import_module(name)
    logging.disable(logging.CRITICAL)  # what a hostile file makes a parser say must not reach a log
    serve(socket.socket(fileno=int(sys.argv[1])), TASKS)
