"""docs/openapi.json is what the application says of itself: a change of the interface is seen in review."""

import json

from support.openapi import FILE, described

REGENERATE = "run: python tests/support/openapi.py, and name the change in CHANGELOG.md"


def test_the_checked_in_description_is_the_application_s() -> None:
    assert FILE.read_text(encoding="utf-8") == described(), REGENERATE


def test_no_body_takes_fields_that_it_does_not_name() -> None:
    schemas = json.loads(described())["components"]["schemas"]
    bodies = [name for name in schemas if name.startswith("New")]
    assert bodies
    assert all(schemas[name]["additionalProperties"] is False for name in bodies)


def test_every_operation_says_what_it_does() -> None:
    paths = json.loads(described())["paths"]
    assert all(operation.get("description") for path in paths.values() for operation in path.values())
