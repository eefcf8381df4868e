"""Whether the metadata stream of a sealed file still says what it said: only when it was changed, and by which program, may differ.

Promises: two streams are compared by what they state (XMP), however it is written; what cannot be read is not the same.
Leaves to others: the document information (sealed_changes), and whether metadata are true.
"""

from io import BytesIO

import pikepdf
from pyhanko.pdf_utils.metadata.model import XmpValue
from pyhanko.pdf_utils.metadata.xmp_xml import XmpXmlProcessingError, parse_xmp

_RDF, _XMP, _PDF = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://ns.adobe.com/xap/1.0/",
    "http://ns.adobe.com/pdf/1.3/",
)
# Of one revision: what every program that writes one enters of itself; and how a part names the file that it is in.
_OF_THE_REVISION = frozenset({(_XMP, "ModifyDate"), (_XMP, "MetadataDate"), (_PDF, "Producer"), (_RDF, "about")})

Stated = dict[tuple[str, str], XmpValue]


def same_metadata(first: object, final: object) -> bool:
    """Say whether two metadata streams state the same; a missing one states nothing."""
    try:
        return _stated(first) == _stated(final)
    except (XmpXmlProcessingError, UnicodeDecodeError, pikepdf.PdfError):
        return _bytes(first) == _bytes(final)


def _bytes(stream: object) -> bytes | None:
    return stream.read_raw_bytes() if isinstance(stream, pikepdf.Stream) else None


def _stated(stream: object) -> Stated:
    """Return what a stream states, all its parts together."""
    parts = parse_xmp(BytesIO(stream.read_bytes())) if isinstance(stream, pikepdf.Stream) else ()
    found = {(name.ns, name.local_name): value for part in parts for name, value in part}
    return {name: value for name, value in found.items() if name not in _OF_THE_REVISION}
