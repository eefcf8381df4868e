"""What the revisions of a sealed PDF added to R0, the unsigned contract that people read: attachments and the seal, or more.

Promises: R0 is a byte prefix that is a whole PDF; every object of R0 is compared with what stands in its place in the sealed
file; what differs must be a place where an attachment or the seal is entered, and must have gained only that.
Leaves to others: changes after the seal by pyHanko's rules as well (sealed), and how it looks (looks).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias

import pikepdf

from signing.pdf.child.findings import Refused
from signing.pdf.child.open_strictly import open_strictly
from signing.pdf.child.page_tree import pages_of
from signing.pdf.child.question import Question
from signing.pdf.child.sealed_metadata import same_metadata

_REVISION_END = re.compile(rb"startxref[ \t\r\n]+[0-9]+[ \t\r\n]+%%EOF(?:\r\n|\r|\n)?")
_MAX_REVISIONS = 64
_MAX_OBJECTS = 200_000
# What sealing enters in the catalogue. Version and Extensions say that the seal needs a newer reader.
_CATALOGUE_PLACES = frozenset({"/AcroForm", "/AF", "/DSS", "/Extensions", "/Metadata", "/Names", "/Perms", "/Version"})
_FORM_PLACES = frozenset({"/Fields", "/SigFlags"})
_FORM_MAY_GAIN = frozenset({"/DA", "/DR"})
_FORM_MAY_LOSE = frozenset({"/NeedAppearances"})  # the seal takes back leave to draw fields anew
_INFO_PLACES = frozenset({"/ModDate", "/Producer"})

Number = tuple[int, int]
Plain: TypeAlias = object


@dataclass(frozen=True)
class Prefix:
    """The first bytes of a sealed file that are a PDF of their own."""

    length: int
    digest: bytes


class Changed(Exception):
    """A difference between R0 and the sealed file that is neither an attachment nor the seal."""


def find_r0(data: bytes, end: int, final: pikepdf.Pdf, question: Question) -> Prefix:
    """Return the R0 of a file whose seal stands before `end`: the one with the expected digest, else the oldest that fits.

    Raises Changed with what the oldest candidate had against it.
    """
    problem = ""
    for length in candidates(data, end):
        digest = sha256(data[:length]).digest()
        if question.document not in {None, digest}:
            continue
        try:
            with open_strictly(data[:length]) as first:
                compare(first, final, question.max_pages)
        except (Changed, Refused, pikepdf.PdfError) as error:
            problem = problem or str(error)
        else:
            return Prefix(length, digest)
    raise Changed(problem or "no revision before the seal")


def candidates(data: bytes, end: int) -> Iterator[int]:
    """Yield lengths that end with a revision, the shortest first, with and without the line end that follows it."""
    for number, match in enumerate(_REVISION_END.finditer(data, 0, end)):
        if number == _MAX_REVISIONS:
            return
        whole = match.end()
        yield whole
        bare = match.start() + len(match[0].rstrip(b"\r\n"))
        if bare != whole:
            yield bare


def compare(first: pikepdf.Pdf, final: pikepdf.Pdf, max_pages: int) -> None:
    """Raise Changed unless everything that differs between the two is a place of attachments or of the seal."""
    before, after = pages_of(first, max_pages), pages_of(final, max_pages)
    if first.Root.objgen != final.Root.objgen or len(before) != len(after):
        raise Changed("another catalogue or number of pages")
    places = _Places(first, final, [*before, *after])
    for number, value in _objects(first).items():
        if number not in places.numbers and not _same(value, final.get_object(*number)):
            raise Changed(f"object {number[0]} was replaced")
    _compare_catalogue(first, final)
    _compare_info(first, final)
    for page, sealed_page in zip(before, after, strict=True):
        _compare_page(page, sealed_page)


def _objects(pdf: pikepdf.Pdf) -> dict[Number, object]:
    """Return all objects by number; those that are a number or a name cannot say theirs, so every number is looked up."""
    size = pdf.trailer.get("/Size", 0)
    values: list[object] = list(pdf.objects)
    found: dict[Number, object] = {one.objgen: one for one in values if isinstance(one, pikepdf.Object)}
    for number in range(1, min(size if isinstance(size, int) else 0, _MAX_OBJECTS)):
        if (number, 0) not in found:
            found[number, 0] = pdf.get_object(number, 0)
    return found


def compare_after(sealed: pikepdf.Pdf, final: pikepdf.Pdf, max_pages: int) -> None:
    """Raise Changed unless the final file adds to the sealed one nothing but time stamps and their evidence."""
    compare(sealed, final, max_pages)
    if set(sealed.attachments) != set(final.attachments) or _plain_list(sealed) != _plain_list(final):
        raise Changed("an attachment after the seal")
    if _entries(sealed.Root.get("/AcroForm"), _FORM_PLACES) != _entries(final.Root.get("/AcroForm"), _FORM_PLACES):
        raise Changed("the form after the seal")


def _plain_list(pdf: pikepdf.Pdf) -> Plain:
    return [_plain(one) for one in pdf.Root.get("/AF", ())]


@dataclass
class _Places:
    """The numbers of objects that may differ, because attachments or the seal are entered there; each is compared by itself."""

    first: pikepdf.Pdf
    final: pikepdf.Pdf
    pages: list[pikepdf.Object]
    numbers: set[Number] = field(default_factory=set)

    def __post_init__(self) -> None:
        for pdf in (self.first, self.final):
            self._add(pdf.Root)
            for key in _CATALOGUE_PLACES:
                self._add(pdf.Root.get(key))
            self._add(pdf.trailer.get("/Info"))
            self._add(_inside(pdf.Root, "/AcroForm", "/Fields"))
            self._add_tree(_inside(pdf.Root, "/Names", "/EmbeddedFiles"))
        for page in self.pages:
            self._add(page)
            self._add(page.get("/Annots"))

    def _add(self, value: pikepdf.Object | None) -> None:
        if isinstance(value, pikepdf.Object) and value.is_indirect:
            self.numbers.add(value.objgen)

    def _add_tree(self, node: pikepdf.Object | None) -> None:
        waiting = [node]
        while waiting:
            current = waiting.pop()
            if not isinstance(current, pikepdf.Dictionary) or (current.is_indirect and current.objgen in self.numbers):
                continue
            self._add(current)
            self._add(current.get("/Names"))
            waiting.extend(current.get("/Kids", ()))


def _inside(value: pikepdf.Object, *keys: str) -> pikepdf.Object | None:
    found: pikepdf.Object | None = value
    for key in keys:
        found = found.get(key) if isinstance(found, pikepdf.Dictionary) else None
    return found


def _same(one: object, other: object) -> bool:
    if isinstance(one, pikepdf.Stream) and isinstance(other, pikepdf.Stream):
        return _same_entries(one, other) and one.read_raw_bytes() == other.read_raw_bytes()
    return _alike_in_writing(one, other) or _plain(one, top=True) == _plain(other, top=True)


def _same_entries(one: pikepdf.Stream, other: pikepdf.Stream) -> bool:
    return _alike_in_writing(one.stream_dict, other.stream_dict) or _entries(one) == _entries(other)


def _alike_in_writing(one: object, other: object) -> bool:
    """Say whether qpdf writes two values in the same bytes, references as references: then they are the same, and most are."""
    are_streams = isinstance(one, pikepdf.Stream) or isinstance(
        other, pikepdf.Stream
    )  # written as references to themselves
    if are_streams or not isinstance(one, pikepdf.Object) or not isinstance(other, pikepdf.Object):
        return False
    return one.unparse(resolved=True) == other.unparse(resolved=True)


def _entries(value: object, but: frozenset[str] = frozenset()) -> dict[str, Plain]:
    """Return the entries of a dictionary or stream as plain values, without those that are null, which is as if absent."""
    if not isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return {}
    found = {key: _plain(value[key]) for key in value.keys() if key not in but}  # noqa: SIM118 - a PDF dictionary
    return {key: plain for key, plain in found.items() if plain is not None}


def _plain(value: object, *, top: bool = False) -> Plain:
    """Return a value as something to compare, however it is spelled: a tool that adds an entry writes the others anew."""
    if not isinstance(value, pikepdf.Object):
        return value
    if value.is_indirect and not top:
        return ("R", *value.objgen)
    if isinstance(value, pikepdf.Array):
        return [_plain(one) for one in value]
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return _entries(value)
    return str(value) if isinstance(value, pikepdf.String) else value.unparse(resolved=True)


def _compare_catalogue(first: pikepdf.Pdf, final: pikepdf.Pdf) -> None:
    if _entries(first.Root, _CATALOGUE_PLACES) != _entries(final.Root, _CATALOGUE_PLACES):
        raise Changed("the catalogue")
    names = frozenset({"/EmbeddedFiles"})
    if _entries(first.Root.get("/Names"), names) != _entries(final.Root.get("/Names"), names):
        raise Changed("the catalogue's names")
    before, after = (_entries(pdf.Root.get("/AcroForm"), _FORM_PLACES) for pdf in (first, final))
    gone = {key for key in before if key not in after and key in _FORM_MAY_LOSE}
    if {key: before[key] for key in before.keys() - gone} != {
        key: value for key, value in after.items() if key in before or key not in _FORM_MAY_GAIN
    }:
        raise Changed("the form")
    _compare_list(_inside(first.Root, "/AcroForm", "/Fields"), _inside(final.Root, "/AcroForm", "/Fields"), "the form")
    if not _keys(final.Root.get("/Perms")) <= {"/DocMDP"}:
        raise Changed("the catalogue's permissions")
    _compare_attachments(first, final)
    if not same_metadata(first.Root.get("/Metadata"), final.Root.get("/Metadata")):
        raise Changed("the metadata")


def _compare_attachments(first: pikepdf.Pdf, final: pikepdf.Pdf) -> None:
    for name, before in first.attachments.items():
        if name not in final.attachments or not _same(before.obj, final.attachments[name].obj):
            raise Changed("an attachment of R0")
    before_list, after_list = first.Root.get("/AF"), final.Root.get("/AF")
    written = [_plain(value) for value in after_list] if isinstance(after_list, pikepdf.Array) else []
    if any(_plain(value) not in written for value in before_list or ()):
        raise Changed("the associated files")


def _compare_info(first: pikepdf.Pdf, final: pikepdf.Pdf) -> None:
    if _entries(first.trailer.get("/Info"), _INFO_PLACES) != _entries(final.trailer.get("/Info"), _INFO_PLACES):
        raise Changed("the document information")


def _compare_page(before: pikepdf.Object, after: pikepdf.Object) -> None:
    annotations = frozenset({"/Annots"})
    if before.objgen != after.objgen or _entries(before, annotations) != _entries(after, annotations):
        raise Changed("a page")
    _compare_list(before.get("/Annots"), after.get("/Annots"), "the annotations of a page")


def _compare_list(before: pikepdf.Object | None, after: pikepdf.Object | None, what: str) -> None:
    """Raise Changed unless `after` is `before` and then invisible signature fields."""
    old, new = list(before or ()), list(after or ())
    if [_plain(value) for value in new[: len(old)]] != [_plain(value) for value in old]:
        raise Changed(what)
    for added in new[len(old) :]:
        if not isinstance(added, pikepdf.Dictionary) or added.get("/FT") != pikepdf.Name.Sig:
            raise Changed(f"{what}: more than a seal was added")
        if "/Kids" in added or not _is_invisible(added):
            raise Changed(f"{what}: a seal that covers something")
        if not isinstance(added.get("/V"), pikepdf.Dictionary):
            raise Changed(f"{what}: a field for another signature was added")


def _is_invisible(field_: pikepdf.Object) -> bool:
    left, bottom, right, top = (float(number) for number in field_.get("/Rect", (0, 0, 0, 0)))
    return left == right or bottom == top


def _keys(value: pikepdf.Object | None) -> set[str]:
    return set(value.keys()) if isinstance(value, pikepdf.Dictionary) else set()
