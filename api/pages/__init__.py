"""Pages for people, by reader: server-rendered, usable without script, in 中文 and English (DESIGN section 9)."""

from pathlib import Path
from typing import Final

WEB: Final = Path(__file__).resolve().parent.parent / "web"
