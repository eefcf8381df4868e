"""Everything that pages draw and forms show: what two readings of a file are compared by.

Promises: each object once, in the same order for the same file, without recursion; not the structure for assistive readers.
"""

from collections.abc import Iterator

import pikepdf

# What leads away from a page: to its branch, to its neighbours, to the structure.
_AWAY = frozenset({"/B", "/Dest", "/P", "/Parent", "/Pg", "/StructParent", "/StructParents"})
_SHOWN = ("/AcroForm", "/OCProperties")


def reachable(pdf: pikepdf.Pdf, pages: list[pikepdf.Object]) -> Iterator[pikepdf.Object]:
    """Yield every indirect object, and everything written inside one, that pages and forms lead to."""
    waiting = [*pages, *(pdf.Root[key] for key in _SHOWN if isinstance(pdf.Root.get(key), pikepdf.Object))]
    seen: set[tuple[int, int]] = set()
    while waiting:
        value = waiting.pop()
        if value.is_indirect:
            if value.objgen in seen:
                continue
            seen.add(value.objgen)
        yield value
        waiting.extend(one for one in _inside(value) if isinstance(one, pikepdf.Object))


def _inside(value: pikepdf.Object) -> list[object]:
    if isinstance(value, pikepdf.Array):
        return list(value)
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return [value[key] for key in value.keys() if key not in _AWAY]  # noqa: SIM118 - a PDF dictionary
    return []
