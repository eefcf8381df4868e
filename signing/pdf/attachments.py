"""Attach one file to a PDF in an incremental update, whatever the PDF's own attachments look like.

Promises: what was attached before stays attached, as the same objects; the new list of attachments is sorted, as the format
asks; nothing but this list, the associated files and the catalog changes. The same input gives the same bytes.
Leaves to others: writing the update, and what the file says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, PdfObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.errors import DocumentRefused

MAX_ATTACHMENTS: Final = 1000  # a name tree from a stranger: no contract has more
MAX_DEPTH: Final = 16


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file to attach: its name (ASCII), media type, what it is, bytes and date."""

    name: str
    media_type: str
    description: str
    data: bytes
    at: datetime


def attach(writer: IncrementalPdfFileWriter, attachment: Attachment) -> None:
    """Add the file to the update; raise DocumentRefused: "seal.name-taken", "seal.attachments"."""
    names = _own_dictionary(writer, "/Names")
    existing = list(_leaves(_of(names, "/EmbeddedFiles"), MAX_DEPTH))
    if len(existing) > MAX_ATTACHMENTS:
        raise DocumentRefused("seal.attachments", f"expected at most {MAX_ATTACHMENTS} attachments")
    if any(_octets(key) == attachment.name.encode() for key, _ in existing):
        raise DocumentRefused("seal.name-taken", f"expected no attachment called {attachment.name} yet")
    reference = writer.add_object(_specification(writer, attachment))
    own = generic.ByteStringObject(attachment.name.encode())
    pairs = sorted([*existing, (own, reference)], key=lambda pair: _octets(pair[0]))
    tree = DictionaryObject({pdf_name("/Names"): ArrayObject(part for pair in pairs for part in pair)})
    names[pdf_name("/EmbeddedFiles")] = writer.add_object(tree)
    associated = _of(writer.root, "/AF") or ArrayObject()
    kept = [associated.raw_get(place) for place in range(len(associated))]
    writer.root[pdf_name("/AF")] = ArrayObject([*kept, reference])
    writer.update_root()


def _own_dictionary(writer: IncrementalPdfFileWriter, name: str) -> DictionaryObject:
    """Return the catalog's dictionary of this name, to be written anew with the update."""
    found = _of(writer.root, name)
    if not isinstance(found, DictionaryObject):
        found = DictionaryObject()
        writer.root[pdf_name(name)] = found
    writer.update_container(found)
    return found


def _leaves(node: PdfObject | None, depth: int) -> Iterator[tuple[PdfObject, PdfObject]]:
    """Yield name and file of a name tree; raise DocumentRefused("seal.attachments") for one that is none."""
    if node is None:
        return
    if not isinstance(node, DictionaryObject) or depth == 0:
        raise DocumentRefused(
            "seal.attachments", "expected a readable list of attachments: print the file to PDF again"
        )
    listed = _of(node, "/Names") or ArrayObject()
    for place in range(0, len(listed) - 1, 2):
        yield listed[place], listed.raw_get(place + 1)
    kids = _of(node, "/Kids") or ArrayObject()
    for place in range(len(kids)):
        yield from _leaves(kids[place], depth - 1)


def _of(dictionary: DictionaryObject, name: str) -> Any:  # noqa: ANN401  # what a stranger's file has there
    """Return what the dictionary has under a name, followed to where it is; None when it has nothing."""
    if name not in dictionary:
        return None
    return dictionary[name]  # `get` would not follow a reference


def _octets(name: PdfObject) -> bytes:
    if isinstance(name, generic.ByteStringObject):
        return bytes(name)
    return bytes(name.original_bytes) if isinstance(name, generic.TextStringObject) else b""


def _specification(writer: IncrementalPdfFileWriter, attachment: Attachment) -> DictionaryObject:
    stream = EmbeddedFileObject.from_file_data(
        writer,
        attachment.data,
        mime_type=attachment.media_type,
        params=EmbeddedFileParams(creation_date=attachment.at, modification_date=attachment.at),
    )
    specification = FileSpec(
        file_spec_string=attachment.name,
        file_name=attachment.name,
        embedded_data=stream,
        description=attachment.description,
        af_relationship=pdf_name("/Data"),
    )
    return specification.as_pdf_object()
