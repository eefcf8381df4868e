"""What a page's script sends may be any JSON: each member is read, or the page is to be loaded again."""

import pytest

from api.pages.members import bytes_in, hex_in, object_in
from api.pages.staff.deciding import read_wanted
from ledger.errors import InvalidInput

WRONG: tuple[object, ...] = (None, True, 0, 1.5, "", "x", "é", "0x", "9" * 301, [], ["a"], {"a": 1})


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_wrong_member_asks_to_load_the_page_again(wrong: object) -> None:
    for read in (bytes_in, hex_in, object_in):
        if read is object_in and isinstance(wrong, dict):
            continue
        if read is bytes_in and wrong == "":
            continue  # no bytes in base64
        with pytest.raises(InvalidInput) as refused:
            read({"member": wrong}, "member")
        assert (refused.value.code, refused.value.field) == ("pen.malformed", "member")
    with pytest.raises(InvalidInput):
        hex_in({"member": "ff"}, "member", 2)


def test_right_members_are_read() -> None:
    assert object_in({"member": {"a": 1}}, "member") == {"a": 1}
    assert bytes_in({"member": "AP8="}, "member") == b"\x00\xff"
    assert hex_in({"member": "00ff"}, "member", 2) == b"\x00\xff"


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("name", ["verdict", "conditions"])
def test_wrong_decision_is_refused_with_words_for_the_form(name: str, wrong: object) -> None:
    if (name, wrong) in (("conditions", []), ("conditions", ["a"])):
        return
    with pytest.raises(InvalidInput) as refused:
        read_wanted({"verdict": "approve", "conditions": [], name: wrong}, "key")
    assert (refused.value.code, refused.value.field) == ("decision.form", name)
