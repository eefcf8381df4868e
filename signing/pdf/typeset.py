"""A loan contract as PDF, from facts and a template: PDF/A-3a and PDF/UA-1 with the terms attached, the same bytes for the same facts.

Promises: no clock, no font or package of the machine; facts never act as markup; a character that no font of ours has is
refused and named, not drawn as a box.
Leaves to others: what the facts are (docs/templates.md), whether the terms were approved, numbering, the nonce.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import cast

import segno
import typst

from signing.canonical import Json, decode
from signing.envelope import tagged_hash
from signing.errors import DocumentRefused

SHIPPED_TEMPLATES = Path(__file__).with_name("templates")
SHIPPED_FONTS = Path(__file__).with_name("fonts")
PACKAGES = SHIPPED_TEMPLATES / "packages"
MAX_TERMS_BYTES = 64 * 1024
NEEDED_FONTS = frozenset({"Source Han Sans SC"})

_NAME = re.compile(r"[a-z][a-z0-9-]{1,62}")
_MISSING = re.compile(r'the text `"(.{1,40}?)"` could not be displayed', re.DOTALL)
_REMOTE = b"@preview/"  # typst would fetch these packages from the network


@dataclass(frozen=True)
class Typesetter:
    """Where fonts and templates are; of two templates with one name the first folder's counts."""

    fonts: Path = SHIPPED_FONTS
    templates: tuple[Path, ...] = (SHIPPED_TEMPLATES,)

    def names(self) -> tuple[str, ...]:
        """Return the names of all templates."""
        found = {path.parent.name for folder in self.templates for path in folder.glob("*/template.json")}
        return tuple(sorted(name for name in found if _NAME.fullmatch(name)))

    def manifest(self, name: str) -> Json:
        """Return the manifest of a template; raise DocumentRefused("template.unreadable") when there is none."""
        try:
            value: Json = json.loads((self._folder(name) / "template.json").read_bytes())
        except (OSError, ValueError) as error:
            raise DocumentRefused(
                "template.unreadable", f"the manifest of template {name} is not JSON: {error}"
            ) from error
        return value

    def require_fonts(self) -> None:
        """Raise DocumentRefused("pdf.no-fonts") unless the contract fonts are there."""
        _fonts(self.fonts)

    def digest(self, name: str) -> bytes:
        """Return a hash over every file that a template's words come from: its own folder and the shared packages."""
        folder = self._folder(name)
        files = [*sorted(folder.rglob("*")), *sorted(PACKAGES.rglob("*"))]
        parts = [(file.name.encode(), file.read_bytes()) for file in files if file.is_file()]
        return tagged_hash("template", *(part for pair in parts for part in pair))

    def contract(self, name: str, facts: Mapping[str, Json], terms: bytes, dated: date) -> bytes:
        """Return the PDF of a template with these facts, and `terms` attached as terms.json.

        Raises DocumentRefused: "pdf.missing-glyph" naming the characters, "pdf.no-fonts", "template.unreadable", and
        "pdf.not-typeset" for anything else.
        """
        if len(terms) > MAX_TERMS_BYTES:
            raise DocumentRefused("pdf.not-typeset", f"expected terms of at most {MAX_TERMS_BYTES} bytes")
        decode(terms)
        shown = {**facts, "qr": _qr(str(facts["qr-text"]))}
        inputs = {"facts": json.dumps(shown, ensure_ascii=False), "terms": terms.decode()}
        compiler = typst.Compiler(
            input=self._folder(name) / "contract.typ",
            root=self._folder(name),
            font_paths=_fonts(self.fonts),
            sys_inputs=inputs,
            package_path=PACKAGES,
            package_cache_path=PACKAGES,
        )
        at = datetime.combine(dated, time(0), tzinfo=UTC)
        try:
            document = compiler.compile(format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=at)
        except typst.TypstError as error:
            raise translated(error.message) from error
        return cast("bytes", document)

    def _folder(self, name: str) -> Path:
        for folder in self.templates:
            if _NAME.fullmatch(name) and (folder / name / "template.json").is_file():
                _refuse_remote(folder / name)
                return folder / name
        raise DocumentRefused("template.unreadable", f"expected a template, one of {', '.join(self.names())}")


def translated(message: str) -> DocumentRefused:
    """Return our refusal for a message of the typesetter."""
    missing = _MISSING.search(message)
    if missing:
        characters = ", ".join(f"U+{ord(character):04X} {character}" for character in dict.fromkeys(missing[1]))
        return DocumentRefused(
            "pdf.missing-glyph",
            f"expected characters that the contract's fonts have, got {characters}: write it another way, or add a font that has it",
        )
    return DocumentRefused("pdf.not-typeset", f"expected the contract to be typeset as PDF/A-3, got: {message[:200]}")


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> typst.Fonts:
    """Return the fonts of a folder and those in the typesetter, read once per process."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])
    absent = NEEDED_FONTS - set(fonts.families())
    if absent:
        raise DocumentRefused(
            "pdf.no-fonts",
            f"expected the font {', '.join(absent)} in the font folder: run scripts/install_assets, or set TALLY_FONTS",
        )
    return fonts


def _refuse_remote(folder: Path) -> None:
    if any(_REMOTE in file.read_bytes() for file in folder.rglob("*.typ")):
        raise DocumentRefused("template.unreadable", "a template may not use packages from the network (@preview)")


def _qr(text: str) -> str:
    drawing = BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawing, kind="svg", xmldecl=False, border=0, dark="#14212f", unit="mm"
    )
    return drawing.getvalue().decode()
