"""docs/openapi.json as the application describes itself. Write it anew: python tests/support/openapi.py"""

import json
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FILE = REPOSITORY / "docs" / "openapi.json"


def described() -> str:
    from api.app import described_app  # noqa: PLC0415  # as a script, the path is set first

    return json.dumps(described_app().openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    FILE.write_text(described(), encoding="utf-8")
