"""EIP-712 against a second implementation (eth_account), and every refusal."""

import re

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from signing.algorithms import keccak256, recover_address
from signing.errors import InvalidEncoding
from signing.typed_data import Domain, Field, domain_separator, struct_hash, typed_data_json, typed_digest

DOMAIN = Domain("Tallystick", "1", 1337, None)

texts = st.text(max_size=40)
addresses = st.binary(min_size=20, max_size=20)
bits = st.integers(1, 32).map(lambda n: n * 8)
names = st.from_regex(re.compile(r"[a-z][A-Za-z0-9]{0,10}", re.ASCII), fullmatch=True)
typed_values = st.one_of(
    st.tuples(st.just("string"), texts),
    st.tuples(st.just("bytes"), st.binary(max_size=80)),
    st.tuples(st.just("bytes32"), st.binary(min_size=32, max_size=32)),
    st.tuples(st.just("address"), addresses),
    st.tuples(st.just("bool"), st.booleans()),
    bits.flatmap(lambda n: st.tuples(st.just(f"uint{n}"), st.integers(0, 2**n - 1))),
)
fields_strategy = st.lists(
    st.tuples(names, typed_values), min_size=1, max_size=8, unique_by=lambda named: named[0]
).map(lambda rows: tuple(Field(name, kind, value) for name, (kind, value) in rows))
domains = st.builds(Domain, texts, texts, st.integers(0, 2**53), st.none() | addresses)


@given(domains, fields_strategy)
def test_digest_equals_the_one_of_a_second_implementation(domain: Domain, fields: tuple[Field, ...]) -> None:
    theirs = encode_typed_data(full_message=typed_data_json(domain, "Subject", fields))

    assert domain_separator(domain) == theirs.header
    assert struct_hash("Subject", fields) == theirs.body
    assert typed_digest(domain, "Subject", fields) == keccak256(b"\x19\x01" + theirs.header + theirs.body)


def test_what_a_wallet_signs_recovers_to_its_address() -> None:
    wallet = Account.from_key(b"\x01" * 32)
    fields = (Field("amount", "uint256", 2**200), Field("document", "bytes32", b"\x07" * 32))
    signed = wallet.sign_typed_data(full_message=typed_data_json(DOMAIN, "Statement", fields))

    assert (
        recover_address(typed_digest(DOMAIN, "Statement", fields), bytes(signed.signature)).hex()
        == wallet.address[2:].lower()
    )


def test_request_shows_integers_as_text_and_the_chain_id_as_a_number() -> None:
    request = typed_data_json(
        Domain("Tallystick", "1", 5, b"\x02" * 20),
        "Publish",
        (Field("size", "uint64", 2**63), Field("last", "bool", True)),
    )

    assert request["message"] == {"size": str(2**63), "last": True}
    assert request["domain"] == {
        "name": "Tallystick",
        "version": "1",
        "chainId": 5,
        "verifyingContract": "0x" + "02" * 20,
    }


@pytest.mark.repeats
@given(fields_strategy, st.data())
def test_order_of_fields_changes_the_digest(fields: tuple[Field, ...], data: st.DataObject) -> None:
    shuffled = tuple(data.draw(st.permutations(fields)))

    assert (typed_digest(DOMAIN, "Subject", shuffled) == typed_digest(DOMAIN, "Subject", fields)) == (
        shuffled == fields
    )


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("uint8", 256, "typed-data.value"),
        ("uint8", -1, "typed-data.value"),
        ("uint256", 2**256, "typed-data.value"),
        ("uint256", True, "typed-data.value"),
        ("uint256", "1", "typed-data.value"),
        ("bool", 1, "typed-data.value"),
        ("string", b"text", "typed-data.value"),
        ("string", "\ud800", "typed-data.value"),
        ("bytes32", b"\x00" * 31, "typed-data.value"),
        ("bytes32", b"\x00" * 33, "typed-data.value"),
        ("address", b"\x00" * 32, "typed-data.value"),
        ("address", "0x" + "00" * 20, "typed-data.value"),
        ("uint", 1, "typed-data.type"),
        ("uint7", 1, "typed-data.type"),
        ("uint0", 0, "typed-data.type"),
        ("uint264", 1, "typed-data.type"),
        ("int256", 1, "typed-data.type"),
        ("bytes16", b"\x00" * 16, "typed-data.type"),
        ("uint256[]", 1, "typed-data.type"),
        ("Person", "nested", "typed-data.type"),
    ],
)
def test_field_whose_value_does_not_fit_its_type_is_refused(kind: str, value: str | bytes | int, code: str) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        Field("value", kind, value)

    assert caught.value.code == code


@pytest.mark.parametrize("name", ["", "Value", "a b", "a,uint256 b", "a" * 65, "1a", "é"])
def test_field_name_that_could_forge_a_type_string_is_refused(name: str) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        Field(name, "bool", True)

    assert caught.value.code == "typed-data.name"


@pytest.mark.parametrize("primary_type", ["", "statement", "Statement(bool a)", "S" * 65])
def test_struct_name_that_could_forge_a_type_string_is_refused(primary_type: str) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        typed_digest(DOMAIN, primary_type, (Field("a", "bool", True),))

    assert caught.value.code == "typed-data.name"


@pytest.mark.parametrize("fields", [(), (Field("a", "bool", True), Field("a", "bool", False))])
def test_struct_without_fields_or_with_one_name_twice_is_refused(fields: tuple[Field, ...]) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        typed_data_json(DOMAIN, "Statement", fields)

    assert caught.value.code == "typed-data.fields"
