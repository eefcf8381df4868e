"""The settings as docs/operating.md shows them. Write the table anew: python tests/support/settings_table.py"""

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FILE = REPOSITORY / "docs" / "operating.md"
BEGIN, END = "<!-- settings -->", "<!-- /settings -->"


def table() -> str:
    """Return one line per setting: its variable, its default, what it says."""
    from api.settings import ClientSettings, Settings  # noqa: PLC0415  # as a script, the path is set first

    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for settings in (Settings, ClientSettings):
        for name, field in settings.model_fields.items():
            default = field.default.get_secret_value() if hasattr(field.default, "get_secret_value") else field.default
            shown = f"`{default}`" if str(default) else "empty"
            lines.append(f"| `TALLY_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)


def written() -> str:
    found = re.search(f"{BEGIN}\n(.*?)\n{END}", FILE.read_text(encoding="utf-8"), re.DOTALL)
    return found[1] if found else ""


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    text = FILE.read_text(encoding="utf-8")
    FILE.write_text(text.replace(f"{BEGIN}\n{written()}\n{END}", f"{BEGIN}\n{table()}\n{END}"), encoding="utf-8")
