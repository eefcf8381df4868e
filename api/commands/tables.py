"""Text in columns: aligned by what a terminal shows, where a Chinese character is two cells wide."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from signing.canonical import Json

WIDTH: Final = 110  # a report is read as a page; wider lines are hard to follow
GAP: Final = "  "

_CLOSING = frozenset(" ，。；：、）》」！？).,;")


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    if text.isascii():  # most of a report: looking at every character of it takes a tenth of an offline verification
        return len(text)
    return sum(_cells_of(character) for character in text)


def pad(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under their headers, each column as wide as its widest text."""
    lines = [headers, *rows]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(headers))]
    return "\n".join(
        GAP.join(pad(text, width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def facts(pairs: Sequence[tuple[str, str]], *, indent: str = "") -> str:
    """Return names and values, the values aligned and folded below each other."""
    width = max((cells(name) for name, _ in pairs), default=0)
    lead = indent + " " * width + GAP
    lines: list[str] = []
    for name, value in pairs:
        first, *more = fold(value, WIDTH - len(lead)) or [""]
        lines += [f"{indent}{pad(name, width)}{GAP}{first}".rstrip(), *(lead + line for line in more)]
    return "\n".join(lines)


def fold(text: str, width: int) -> list[str]:
    """Return the text in lines of at most `width` cells, broken at spaces and between Chinese characters; long words stand alone."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line.strip() and cells(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    """Yield what must stay together: a word with the space after it, or one wide character with the punctuation after it."""
    piece = ""
    for character in text:
        if piece and _may_break(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    yield piece


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    return (_is_wide(before) or _is_wide(after)) and after not in _CLOSING


def _is_wide(character: str) -> bool:
    return not character.isascii() and unicodedata.east_asian_width(character) in "WF"


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if _is_wide(character) else 1


def covered(answer: Mapping[str, Json]) -> tuple[str, str]:
    """Return the line that says where in the log a written thing is."""
    receipt = answer.get("receipt")
    if isinstance(receipt, dict):
        return "Log", f"index {receipt['index']}, under a signed checkpoint"
    return "Log", "waiting for its checkpoint; fetch the receipt in a moment"
