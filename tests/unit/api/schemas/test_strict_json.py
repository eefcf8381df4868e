"""JSON from outside: what two readers could understand differently, and what no database takes, is refused with its place."""

import pytest

from api.schemas.strict_json import read_json
from ledger.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a":"\\ud800"}', "json.malformed"),
        ('{"a":["x\\udfffy"]}', "json.malformed"),
        ('{"\\ud800":1}', "json.malformed"),
        ('{"a":1,"a":2}', "json.duplicate-key"),
        ('{"a":1.0}', "json.float"),
        ('{"a":NaN}', "json.float"),
        ('{"a":9007199254740992}', "json.integer"),
        ("[" * 100 + "]" * 100, "json.too-deep"),
        ("[" * 100_000, "json.malformed"),
        ("", "json.malformed"),
    ],
)
def test_json_that_is_not_plain_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_json(text, "body")
    assert refused.value.code == code
    assert refused.value.field == "body"


def test_whole_characters_beyond_the_first_plane_are_taken() -> None:
    assert read_json('{"name":"\\ud842\\udfb7𠮷"}', "body") == {"name": "𠮷𠮷"}
