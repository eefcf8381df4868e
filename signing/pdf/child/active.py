"""What acts, moves or hides programs in a PDF: looked for in every object, whether a page refers to it or not.

Promises: no recursion, so no depth of nesting can exhaust it; each kind of thing is one reason, however often it stands there.
Leaves to others: signatures (they are a reason in an upload and wanted in a sealed file): `signatures` names them.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

import pikepdf

from signing.pdf.child.bombs import first_bytes
from signing.pdf.child.findings import Findings

Container: TypeAlias = pikepdf.Object

# What every reader asks about first, or what only moves the view: no other action of ISO 32000-2 table 201 is let through.
_HARMLESS_ACTIONS = frozenset({"/GoTo", "/Named", "/Thread", "/URI"})
# Kinds that nothing but an action has: they are found wherever they stand.
_ACTIVE_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        "GoTo3DView",
        "GoToDp",
        "GoToE",
        "GoToR",
        "Hide",
        "ImportData",
        "JavaScript",
        "Launch",
        "Movie",
        "Rendition",
        "ResetForm",
        "RichMediaExecute",
        "SetOCGState",
        "SetState",
        "Sound",
        "SubmitForm",
    )
)
_CLICKED = frozenset({"/A", "/PA"})
_BY_ITSELF = frozenset({"/AA", "/OpenAction"})
_MAX_CHAIN = 100
_ACTIVE_ANNOTATIONS = frozenset({"/3D", "/Movie", "/RichMedia", "/Screen", "/Sound"})
_LOCAL_ACTIONS = frozenset({"/GoTo", "/Thread"})
_NAMED = frozenset({"/FirstPage", "/GoBack", "/GoForward", "/LastPage", "/NextPage", "/PrevPage", "/Print"})
_SCHEME = re.compile(
    r"(?:https?|mailto|tel|ftps?):|(?![a-z][a-z0-9+.-]*:|[\\\\/]{2})", re.IGNORECASE
)  # or none: a relative one
_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\ufeff]")  # what browsers pass over
_ELSEWHERE = frozenset({"/F", "/OPI", "/Ref"})
_ACTIVE_KEYS = frozenset({"/AlternatePresentations", "/JS", "/PresSteps", "/XFA"})
_SIGNED_TYPES = frozenset({"/Sig", "/DocTimeStamp"})
_EXECUTABLE_NAME = re.compile(
    r"\.(?:app|bat|cmd|com|cpl|dll|dmg|exe|hta|iso|jar|js|jse|lnk|msi|pif|ps1|reg|scr|sh|vbe|vbs|wsf)[\s.]*\Z",
    re.IGNORECASE,
)
_TELLING = (
    _ACTIVE_KEYS | _ELSEWHERE | _CLICKED | _BY_ITSELF | {"/Base", "/EF", "/NeedsRendering", "/S", "/Subtype"}
)  # a dictionary without any of these does nothing
_EXECUTABLE_STARTS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
)


def check_objects(pdf: pikepdf.Pdf, findings: Findings, *, signed: bool = False) -> None:
    """Find active content in any object, and signatures unless the file is meant to be `signed`."""
    for container in containers(pdf):
        if isinstance(container, pikepdf.Dictionary | pikepdf.Stream):
            _check_dictionary(container, findings)
            if not signed and is_signature(container):
                findings.add("pdf.already-signed")


def is_signature(value: Container) -> bool:
    return "/ByteRange" in value or _name(value, "/Type") in _SIGNED_TYPES


def containers(pdf: pikepdf.Pdf) -> Iterator[Container]:
    """Yield every dictionary, array and stream: each indirect object and what is written inside it, without recursion."""
    for top in pdf.objects:
        waiting = [top]
        while waiting:
            current = waiting.pop()
            yield current
            waiting.extend(
                value for value in _children(current) if isinstance(value, pikepdf.Object) and not value.is_indirect
            )


def _children(value: Container) -> Iterator[object]:
    if isinstance(value, pikepdf.Array):
        yield from value
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        for key in value.keys():  # noqa: SIM118 - iterating a PDF dictionary itself is not the same for a stream
            yield value[key]


def _check_dictionary(value: Container, findings: Findings) -> None:
    keys = frozenset(value.keys())
    if keys.isdisjoint(_TELLING):
        return
    if _name(value, "/S") in _ACTIVE_ACTIONS:
        findings.add("pdf.active-content", _name(value, "/S"))
    if _name(value, "/Subtype") in _ACTIVE_ANNOTATIONS and "/Rect" in keys:
        findings.add("pdf.active-content", _name(value, "/Subtype"))
    for key in keys & _ACTIVE_KEYS:
        findings.add("pdf.active-content", key)
    if isinstance(value, pikepdf.Stream) and keys & _ELSEWHERE:
        findings.add("pdf.active-content", "stream in another file")
    if "/EF" in keys:
        _check_attachment(value, findings)
    if value.get("/NeedsRendering", False) is True:
        findings.add("pdf.active-content", "pages that an XFA form makes")
    _check_starters(value, keys, findings)
    _check_target(value, findings)


def _check_starters(value: Container, keys: frozenset[str], findings: Findings) -> None:
    """Find actions of any other kind than the harmless ones, and an address that opens without a click."""
    for key in keys & _CLICKED if "/S" not in keys or "/Rect" in keys else ():  # /A of a structure element is no action
        for kind in _kinds(value[key]) - _HARMLESS_ACTIONS:
            findings.add("pdf.active-content", kind)
    started = [value[key] for key in keys & _BY_ITSELF]
    for one in (*started, *(action for events in started for action in _children(events))):
        for kind in _kinds(one) - _HARMLESS_ACTIONS | _kinds(one) & {"/URI"}:
            findings.add("pdf.active-content", "an address that opens by itself" if kind == "/URI" else kind)


def _kinds(action: object) -> set[str]:
    """Return the kinds of an action and of those that follow it; an endless chain is one more kind."""
    kinds, waiting = set[str](), [action]
    for _ in range(_MAX_CHAIN):
        if not waiting:
            return kinds
        current = waiting.pop()
        if isinstance(current, pikepdf.Array):
            waiting.extend(current)
        elif isinstance(current, pikepdf.Dictionary) and _name(current, "/S"):
            kinds.add(_name(current, "/S"))
            waiting.append(current.get("/Next"))
    return kinds | {"a chain of actions without end"}


def _check_target(action: Container, findings: Findings) -> None:
    """Find actions of a harmless kind that lead out of the file or make the reader do something."""
    kind = _name(action, "/S")
    if kind in _LOCAL_ACTIONS and "/F" in action:
        findings.add("pdf.active-content", "a jump to another file")
    for address in (action.get("/URI", "") if kind == "/URI" else "", action.get("/Base", "")):
        if _SCHEME.match(_BLANK.sub("", str(address))) is None:
            findings.add("pdf.active-content", "a link to something else than a web or mail address")
    if kind == "/Named" and _name(action, "/N") not in _NAMED:
        findings.add("pdf.active-content", f"reader command {_name(action, '/N')}")


def _check_attachment(spec: Container, findings: Findings) -> None:
    for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix"):
        if key in spec and _EXECUTABLE_NAME.search(str(spec[key])):
            findings.add("pdf.active-content", "attached program, by its name")
    for stream in _children(spec["/EF"]):
        if isinstance(stream, pikepdf.Stream) and first_bytes(stream, 4).startswith(_EXECUTABLE_STARTS):
            findings.add("pdf.active-content", "attached program, by its first bytes")


def _name(value: Container, key: str) -> str:
    found = value.get(key)
    return str(found) if isinstance(found, pikepdf.Name) else ""
