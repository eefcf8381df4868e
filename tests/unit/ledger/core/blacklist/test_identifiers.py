"""Identifiers: known answers, spellings of one subject that must agree, and what gets no token."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.blacklist.identifiers import Kind, Purpose, parse_identifier
from ledger.errors import InvalidInput

TODAY = date(2026, 11, 26)

# The identity number is the example of GB 11643, the code that of GB 32100, the registration number that of GS 15,
# the cards and the Finnish-style rest are published test numbers: none of them names a person.
SPELLINGS = [
    ("cn-id", "11010519491231002X", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ", "110105-19491231-002X", "\u200b11010519491231002X\ufeff", "110105491231002"]),
    ("cn-uscc", "91350100M000100Y43", ["91350100m000100y43", "91350100-M000100Y-4-3", " 91350100M000100Y43\n"]),
    ("cn-reg", "110108000000016", ["1101 0800 0000 016", "１１０１０８０００００００１６"]),
    ("phone", "+8613812345678", ["13812345678", "138-1234-5678", "+86 138 1234 5678", "0086 13812345678", "8613812345678", "(+86)13812345678"]),
    ("phone", "+861065529988", ["+86 10 6552 9988", "0086-10-65529988"]),
    ("phone", "+14155552671", ["+1 (415) 555-2671", "001 415 555 2671"]),
    ("passport", "CHN:E12345678", ["chn e12345678", "CHN/E12345678", "CHNE12345678", "CHN:E12345678<"]),
    ("passport", "DEU:C01X00T47", ["D:C01X00T47", "deu C01X00T47"]),
    ("passport", "UNO:12345678", ["UNO 12345678"]),
    ("bank-card", "4111111111111111", ["4111 1111 1111 1111", "4111-1111-1111-1111"]),
    ("device", "idfv:6d92078a-8246-4ba4-ae5b-76104861e7dc", ["IDFV: 6D92078A-8246-4BA4-AE5B-76104861E7DC"]),
    ("device", "oaid:0123456789abcdef", ["OAID:0123456789ABCDEF"]),
    ("name-birth", "张三|1990-03-07", ["张三 1990-03-07", "张 三,19900307", "张三 1990年3月7日", "张三 1990/3/7", "张三|1990-03-07"]),
    ("name-birth", "阿卜杜热合曼|1990-03-07", ["阿卜杜·热合曼 1990-03-07", "阿卜杜•热合曼 1990-03-07", "阿卜杜・热合曼 1990.3.7"]),
    ("name-birth", "MARYONEIL|1990-03-07", ["Mary O'Neil 1990-03-07", "mary o’neil 19900307"]),
    ("document", "ab" * 32, ["AB" * 32, "sha256:" + "ab" * 32, "SHA-256:" + "AB" * 32]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "spellings"), SPELLINGS)
def test_every_spelling_of_one_subject_gives_the_same_bytes(kind: str, value: str, spellings: list[str]) -> None:
    expected = f"tally/subject/v1\n{kind}\n{value}".encode()
    for spelling in [value, *spellings]:
        assert parse_identifier(kind, spelling, TODAY).to_bytes() == expected


REFUSED = [
    ("cn-id", "", "empty"), ("cn-id", " \u200b", "empty"), ("cn-id", "1" * 201, "too-long"),
    ("cn-id", "110105********002X", "masked"), ("cn-id", "110105＊＊＊＊＊＊＊＊002X", "masked"), ("cn-id", "110105XXXXXXXX002X", "masked"),
    ("cn-id", "1101051949123100", "length"), ("cn-id", "11010519491231002XX", "length"),
    ("cn-id", "11010519491231A02X", "characters"), ("cn-id", "1101054912310A2", "characters"),
    ("cn-id", "110105194912310021", "check-digit"), ("cn-id", "110105194912310O2X", "characters"),
    ("cn-id", "11010519491331002X", "date"), ("cn-id", "11010518491231002X", "date"), ("cn-id", "11010520991231002X", "date"),
    ("cn-id", "99010519491231002X", "region"), ("cn-id", "110105490231002", "date"),
    ("cn-uscc", "91350100M000100Y44", "check-digit"), ("cn-uscc", "91350100M000100Y4", "length"),
    ("cn-uscc", "91350100I000100Y43", "characters"), ("cn-uscc", "91A50100M000100Y43", "characters"), ("cn-uscc", "91990100M000100Y43", "region"),
    ("cn-uscc", "91350100M0001*0Y43", "masked"),
    ("cn-reg", "110108000000017", "check-digit"), ("cn-reg", "11010800000001", "length"), ("cn-reg", "990108000000016", "region"),
    ("cn-reg", "11010800000001A", "characters"),
    ("phone", "12812345678", "country"), ("phone", "4155552671", "country"), ("phone", "+8612812345678", "form"), ("phone", "+86138123456789", "form"),
    ("phone", "+0123456789", "form"), ("phone", "+1234", "form"), ("phone", "138****5678", "masked"), ("phone", "+86138abcd5678", "form"),
    ("passport", "E98765431", "country"), ("passport", "ZZZ:E12345678", "country"), ("passport", "CHN:E1234567", "form"), ("passport", "CHN:EI1234567", "form"),
    ("passport", "USA:12 34", "form"), ("passport", "DCAB12345", "country"),
    ("bank-card", "4111111111111112", "check-digit"), ("bank-card", "41111111111", "length"), ("bank-card", "0000000000000000", "placeholder"),
    ("bank-card", "4111x11111111111", "characters"), ("bank-card", "6222****1111", "masked"),
    ("device", "imei:490154203237518", "form"), ("device", "idfa:00000000-0000-0000-0000-000000000000", "placeholder"), ("device", "idfv:xyz", "form"),
    ("name-birth", "张三", "form"), ("name-birth", "张* 1990-03-07", "masked"), ("name-birth", "张 1990-03-07", "length"), ("name-birth", "张三1 1990-03-07", "characters"),
    ("name-birth", "张三 1990-02-30", "date"), ("name-birth", "张三 199037", "date"), ("name-birth", "张三 2027-01-01", "date"),
    ("document", "ab" * 31, "form"), ("document", "g" * 64, "form"), ("document", "0" * 64, "placeholder"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "reason"), REFUSED)
def test_an_identifier_that_breaks_a_rule_gets_no_token(kind: str, text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_identifier(kind, text, TODAY)
    assert error.value.code == f"identifier.{reason}"


@pytest.mark.parametrize(("kind", "text", "_reason"), [case for case in REFUSED if len(case[1].strip()) > 3])
def test_no_message_repeats_the_identifier(kind: str, text: str, _reason: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_identifier(kind, text, TODAY)
    assert text.strip() not in error.value.message
    assert text not in str(error.value)


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="cn-id, cn-uscc") as error:
        parse_identifier("ssn", "1", TODAY)
    assert error.value.code == "identifier.kind"


def test_an_identifier_does_not_show_in_a_repr() -> None:
    assert "1101" not in repr(parse_identifier("cn-id", "11010519491231002X", TODAY))


def test_soft_kinds_and_purposes() -> None:
    soft = {kind for kind, value, _ in SPELLINGS if parse_identifier(kind, value, TODAY).is_soft}
    assert soft == {"phone", "device", "name-birth"}
    assert parse_identifier("document", "ab" * 32, TODAY).purpose is Purpose.DOCUMENTS
    assert parse_identifier("phone", "13812345678", TODAY).purpose is Purpose.BLACKLIST


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1900, 1, 1), date(1999, 12, 31)))
    body = (
        f"{draw(st.sampled_from(['110105', '310115', '440306', '650102']))}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    )
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


@given(identity_numbers())
def test_an_old_number_is_the_same_subject_as_its_new_one(number: str) -> None:
    old = number[:6] + number[8:17]
    assert parse_identifier("cn-id", old, TODAY) == parse_identifier("cn-id", number, TODAY)


@given(identity_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_any_mistyped_digit_is_refused(number: str, place: int, by: int) -> None:
    digit = (int(number[place]) + by) % 10
    with pytest.raises(InvalidInput):
        parse_identifier("cn-id", f"{number[:place]}{digit}{number[place + 1 :]}", TODAY)


@given(st.sampled_from(list(Kind)), st.text(max_size=80))
def test_any_text_is_an_identifier_or_a_refusal(kind: str, text: str) -> None:
    with suppress(InvalidInput):
        found = parse_identifier(kind, text, TODAY)
        assert parse_identifier(kind, found.value, TODAY) == found
