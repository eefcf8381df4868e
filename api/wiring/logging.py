"""Log lines: JSON on standard error, without secrets or personal data.

Promises: what is logged are codes, ids, counts and times; request bodies, queries, tokens and names never are.
"""

import io
import logging
import sys
from types import TracebackType
from typing import TextIO, cast

import structlog


def configure_logging(level: str) -> None:
    """Set up structured logging for this process."""
    number = logging.getLevelNamesMapping()[level.upper()]
    lines = cast("TextIO", _StandardError())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_places if level == "debug" else _no_traceback,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=lines),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(lines)
    handler.setFormatter(_PlaceOnly("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler])


class _StandardError(io.TextIOBase):
    """Standard error as it is when a line is written: whoever redirects it later gets the later lines."""

    def write(self, text: str, /) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _PlaceOnly(logging.Formatter):
    """Other people's log lines, with the place where an exception arose instead of its words."""

    def formatException(self, ei: "logging._SysExcInfoType") -> str:  # noqa: N802  # the library's name
        kind, _, trace = ei
        return f"{kind.__name__ if kind else 'error'} at {(_places(trace) or ['an unknown place'])[-1]}"


def _places(trace: TracebackType | None) -> list[str]:
    """Return file and line of every frame: no source text, no local value, no message."""
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places


def _with_places(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace a traceback by the places it went through."""
    trace = getattr(event.pop("exc_info", None), "__traceback__", None)
    return {**event, "trace": _places(trace)} if trace is not None else event


def _no_traceback(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace a traceback by the place where it arose: local values could hold personal data."""
    trace = getattr(event.pop("exc_info", None), "__traceback__", None)
    return {**event, "at": _places(trace)[-1]} if trace is not None else event
