"""What pages draw, and what that draws in turn: known operators only, no content within itself, no content that multiplies.

Promises: no recursion; each content stream is read once. Readers stop at a loop, or at a depth or a number of their own, so they
would show different pages; and one that does not stop never ends.
Leaves to others: what one stream says (content), and how much its bytes inflate to (bombs).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from signing.pdf.child.content import unknown_operator, uses
from signing.pdf.child.findings import Findings
from signing.pdf.child.open_strictly import without_source
from signing.pdf.child.page_tree import inherited

_MAX_DEPTH = 28  # of forms within forms: as many levels as graphic states may be kept (ISO 32000-1, annex C)
_MAX_DRAWN = 1_000_000  # contents of one page, each as often as it is drawn

_END_OF_STREAM = re.compile(rb"[\r\n]endstream")  # some readers end a stream there, whatever its length says

_Key = tuple[int, int]
_Place = tuple[pikepdf.Object, object]  # a page or a stream, and the resources where it is drawn


def check_drawing(pages: list[pikepdf.Object], findings: Findings) -> None:
    """Find content that readers would draw differently, or without end."""
    drawing = _Drawing(findings)
    for number, page in enumerate(pages, start=1):
        resources = inherited(page, "/Resources")
        for top in (page, *_looks(page)):
            drawing.check(top, resources, number)


@dataclass
class _Content:
    """One content: how often it draws others; its depth and the number of contents, once they are known."""

    below: dict[_Key, int]
    depth: int = 1
    drawn: int = 1


@dataclass
class _Drawing:
    findings: Findings
    known: dict[_Key, _Content] = field(default_factory=dict)
    open: set[_Key] = field(default_factory=set)

    def check(self, top: pikepdf.Object, resources: object, page: int) -> None:
        """Find what the contents of one page, or of one annotation's look, lead to."""
        if not self._walk(top, resources, page):
            self.open.clear()
            self.findings.add("pdf.malformed", f"page {page}: content that draws itself")
        elif self.known[top.objgen].depth > _MAX_DEPTH:
            self.findings.add("pdf.malformed", f"page {page}: content within content, more than {_MAX_DEPTH} deep")
        elif self.known[top.objgen].drawn > _MAX_DRAWN:
            self.findings.add("pdf.inflates", f"page {page}: more than {_MAX_DRAWN} contents drawn")

    def _walk(self, top: pikepdf.Object, resources: object, page: int) -> bool:
        """Visit all that `top` draws, the deepest first; return False when a content is met within itself."""
        waiting: list[tuple[pikepdf.Object, object, bool]] = [(top, resources, False)]
        while waiting:
            content, around, is_done = waiting.pop()
            key = content.objgen
            if is_done:
                self._sum_up(key)
            elif key in self.open:
                return False
            elif key not in self.known:
                self.open.add(key)
                waiting.append((content, around, True))
                waiting.extend((one, where, False) for one, where in self._read(content, around, page))
        return True

    def _sum_up(self, key: _Key) -> None:
        self.open.discard(key)
        content = self.known[key]
        below = [(self.known[one], count) for one, count in content.below.items()]
        content.depth = 1 + max((one.depth for one, _ in below), default=0)
        content.drawn = min(1 + sum(one.drawn * count for one, count in below), _MAX_DRAWN + 1)

    def _read(self, content: pikepdf.Object, around: object, page: int) -> list[_Place]:
        """Read one content and return what it draws."""
        data = self._decoded(content, page)
        resources = content.get("/Resources", around) if isinstance(content, pikepdf.Stream) else around
        found, counts = [], dict[_Key, int]()
        for (kind, name), count in uses(data).items():
            for place in _drawn_by(_entry(_entry(resources, kind), name), kind, resources):
                found.append(place)
                counts[place[0].objgen] = counts.get(place[0].objgen, 0) + count
        self.known[content.objgen] = _Content(counts)
        return found

    def _decoded(self, content: pikepdf.Object, page: int) -> bytes:
        """Return the bytes of a content, none of one that does not decode or parse."""
        streams = _parts(content)
        if any(_END_OF_STREAM.search(one.read_raw_bytes()) for one in streams):
            self.findings.add("pdf.malformed", f"page {page}: content that ends before its length says so")
        try:
            data = b"\n".join(one.read_bytes() for one in streams)
            operator = unknown_operator(content, data)
        except (pikepdf.PdfError, TypeError) as error:
            self.findings.add("pdf.malformed", without_source(error))
            return b""
        if operator is not None:
            self.findings.add("pdf.malformed", f"page {page}: an operator that no reader knows: {operator}")
        return data


def _drawn_by(resource: object, kind: str, around: object) -> Iterator[_Place]:
    """Yield the contents that are drawn when this resource is used."""
    if kind == "/Font":
        inside = _entry(resource, "/Resources")
        for glyph in _values(_entry(resource, "/CharProcs")):
            yield from _streams(glyph, inside if inside is not None else around)
    elif kind == "/ExtGState":
        yield from _streams(_entry(_entry(resource, "/SMask"), "/G"), around)
    elif kind == "/Pattern" or _entry(resource, "/Subtype") == pikepdf.Name.Form:
        yield from _streams(resource, around)


def _looks(page: pikepdf.Object) -> Iterator[pikepdf.Object]:
    annotations = page.get("/Annots")
    for annotation in annotations if isinstance(annotations, pikepdf.Array) else ():
        for look in _values(_entry(annotation, "/AP")):
            for one in (look, *_values(look)):
                if isinstance(one, pikepdf.Stream):
                    yield one


def _streams(value: object, around: object) -> Iterator[_Place]:
    if isinstance(value, pikepdf.Stream):
        yield value, around


def _entry(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, pikepdf.Dictionary | pikepdf.Stream) else None


def _values(value: object) -> list[object]:
    if isinstance(value, pikepdf.Dictionary) and not isinstance(value, pikepdf.Stream):
        return [value[key] for key in value.keys()]  # noqa: SIM118 - a PDF dictionary
    return []


def _parts(content: pikepdf.Object) -> list[pikepdf.Stream]:
    """Return the streams of a content: itself, or those of a page."""
    parts = content if isinstance(content, pikepdf.Stream) else content.get("/Contents")
    every = list(parts) if isinstance(parts, pikepdf.Array) else [parts]
    return [one for one in every if isinstance(one, pikepdf.Stream)]
