import json
from importlib.resources import files

import pytest
from eth_utils.crypto import keccak

from ledger.chain import artifact, registry
from ledger.chain.faults import Reverted
from ledger.errors import InvalidInput, Unavailable
from support.registered_log import TERMS

LOG_ID = b"\x05" * 32


def committed() -> dict[str, object]:
    text = files("ledger.chain").joinpath("artifacts", "CheckpointRegistry.json").read_text()
    return dict(json.loads(text))


class TestCalls:
    def test_selectors_are_those_of_the_interface(self) -> None:
        register = keccak(text="register((string,address,address[],uint64,address[],uint64,bytes32))")
        publish = keccak(text="publish(bytes32,uint64,bytes32,bytes32[],bytes[])")
        assert registry.register_data(TERMS)[:4] == register[:4]
        assert registry.publish_data(LOG_ID, 1, LOG_ID, proof=[], signatures=[])[:4] == publish[:4]

    @pytest.mark.parametrize(
        ("size", "root", "signatures"),
        [(2**64, LOG_ID, []), (-1, LOG_ID, []), (1, b"\x05" * 33, []), (1, LOG_ID, ["text"])],
    )
    def test_argument_that_does_not_fit_is_refused(self, size: int, root: bytes, signatures: list[bytes]) -> None:
        with pytest.raises(InvalidInput) as caught:
            registry.publish_data(LOG_ID, size, root, proof=[], signatures=signatures)
        assert caught.value.code == "chain.bad-argument"

    def test_creation_code_is_the_artifacts(self) -> None:
        assert "0x" + registry.creation_code().hex() == committed()["bytecode"]


class TestSlots:
    def test_heads_are_where_the_compiler_put_them(self) -> None:
        storage = committed()["storage"]
        assert isinstance(storage, dict)
        expected = int.from_bytes(keccak(LOG_ID + int(storage["_heads"]).to_bytes(32, "big")), "big")
        assert registry.head_slots(LOG_ID) == (expected, expected + 1)

    @pytest.mark.parametrize("length", [0, 31, 33])
    def test_log_id_of_another_length_is_refused(self, length: int) -> None:
        with pytest.raises(InvalidInput) as caught:
            registry.head_slots(bytes(length))
        assert caught.value.code == "chain.bad-log-id"

    def test_words_unpack_from_the_lowest_bit(self) -> None:
        head = registry.head_of_words(7 | 8 << 64 | 3 << 128 | 9 << 192, 5)
        assert (head.size, head.time, head.flags, head.generation) == (7, 8, 3, 9)
        assert head.root == (5).to_bytes(32, "big")
        assert head.equivocated
        assert head.succeeded

    def test_no_flags_mean_neither(self) -> None:
        head = registry.head_of_words(1, 0)
        assert not head.equivocated
        assert not head.succeeded


class TestReverts:
    def test_error_of_the_contract_is_named_with_its_arguments(self) -> None:
        data = keccak(text="CheckpointRegistryUnknownLog(bytes32)")[:4] + LOG_ID
        assert registry.artifact().error_text(data) == f"CheckpointRegistryUnknownLog(0x{LOG_ID.hex()})"

    def test_error_with_cut_arguments_keeps_its_name(self) -> None:
        data = keccak(text="CheckpointRegistryUnknownLog(bytes32)")[:4]
        assert registry.artifact().error_text(data) == "CheckpointRegistryUnknownLog"

    @pytest.mark.parametrize("data", [b"", b"\x01\x02", b"\x01\x02\x03\x04"])
    def test_foreign_error_has_no_name_but_a_code(self, data: bytes) -> None:
        with pytest.raises(Reverted) as caught:
            registry.naming_reverts(lambda: _revert(data))
        assert caught.value.name is None
        assert caught.value.code == "chain.reverted"


class TestArtifact:
    def test_missing_artifact_is_unavailable(self) -> None:
        with pytest.raises(Unavailable) as caught:
            artifact.load("NoSuchContract")
        assert caught.value.code == "chain.bad-artifact"

    @pytest.mark.parametrize(
        "change",
        [
            {"abi": {}},
            {"bytecode": "0x"},
            {"bytecode": "0xzz"},
            {"bytecode": None},
            {"contract": "Other"},
        ],
    )
    def test_artifact_that_is_not_whole_is_unavailable(self, change: dict[str, object]) -> None:
        with pytest.raises(Unavailable) as caught:
            artifact.parse("CheckpointRegistry", json.dumps({**committed(), **change}).encode())
        assert caught.value.code == "chain.bad-artifact"

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}"])
    def test_bytes_that_are_no_artifact_are_unavailable(self, content: bytes) -> None:
        with pytest.raises(Unavailable):
            artifact.parse("CheckpointRegistry", content)

    @pytest.mark.parametrize("function", ["noSuchFunction", ""])
    def test_function_that_the_contract_lacks_is_unavailable(self, function: str) -> None:
        with pytest.raises(Unavailable):
            registry.artifact().encode(function)

    @pytest.mark.parametrize("output", [b"", b"\x01", b"\xff" * 160])
    def test_answer_of_another_shape_is_unavailable(self, output: bytes) -> None:
        with pytest.raises(Unavailable) as caught:
            registry.artifact().decode("head", output)
        assert caught.value.code == "chain.bad-answer"


def _revert(data: bytes) -> None:
    raise Reverted(data)
