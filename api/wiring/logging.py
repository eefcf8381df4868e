"""Log lines: JSON on standard error, without secrets or personal data.

Promises: what is logged are codes, ids, counts and times; request bodies, queries, tokens and names never are.
"""

import io
import json
import logging
import sys
from datetime import UTC, datetime
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
    handler.setFormatter(_Library())
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler])


class _StandardError(io.TextIOBase):
    """Standard error as it is when a line is written: whoever redirects it later gets the later lines."""

    def write(self, text: str, /) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Library(logging.Formatter):
    """Other people's log lines, in the shape of ours, with the place where an exception arose instead of its words."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"event": record.getMessage(), "level": record.levelname.lower(), "logger": record.name}
        line["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        if record.exc_info and record.exc_info[0]:
            places = _places(record.exc_info[2]) or ["an unknown place"]
            line |= {"error": record.exc_info[0].__name__, "at": places[-1]}
        return json.dumps(line, ensure_ascii=False)


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
