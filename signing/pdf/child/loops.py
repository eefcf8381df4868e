"""Trees and lists of a PDF that lead back to themselves: outlines and the structure, beside the pages (page_tree).

Promises: no recursion; a reader that walks such a loop never ends, and one that stops shows less than another.
"""

import pikepdf

from signing.pdf.child.findings import Findings


def check_loops(pdf: pikepdf.Pdf, findings: Findings) -> None:
    for name, root in (("/Outlines", ("/First", "/Next")), ("/StructTreeRoot", ("/K",))):
        if _has_loop(pdf.Root.get(name), root):
            findings.add("pdf.malformed", f"{name[1:]} lead back to themselves")


def _has_loop(root: object, onward: tuple[str, ...]) -> bool:
    """Say whether following these keys meets an object twice: neither an outline nor a structure shares its parts."""
    waiting, seen = [root], set[tuple[int, int]]()
    while waiting:
        value = waiting.pop()
        if isinstance(value, pikepdf.Array):
            waiting.extend(value)
        elif isinstance(value, pikepdf.Dictionary) and not isinstance(value, pikepdf.Stream):
            if value.is_indirect:
                if value.objgen in seen:
                    return True
                seen.add(value.objgen)
            waiting.extend(value[key] for key in onward if key in value)
    return False
