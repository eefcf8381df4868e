import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chain.embedded import EmbeddedChain, methods, rpc
from support.chains import SENDER, Account, open_embedded

NOBODY = "0x" + "77" * 20
CREATES_LOGS = bytes.fromhex(  # init code: emits one event with one topic and 32 bytes of data, then returns no code
    "7f" + "11" * 32 + "5f52" + "7f" + "22" * 32 + "60205fa1" + "5f5ff3"
)
CALLS_ITSELF = "5f5f5f5f305afa"  # run-time code
NESTS = bytes.fromhex(
    "6e" + "66" + CALLS_ITSELF + "5f5260076019f3" + "5f525f5f5f5f600f60115ff05afa"
)  # creates and calls it
SPINS = bytes.fromhex("5b5f56")  # init code: jumps to its own beginning for ever


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chain")


@pytest.fixture(scope="module")
def chain(folder: Path) -> Iterator[EmbeddedChain]:
    with open_embedded(folder) as opened:
        account = Account(opened.client(), SENDER)
        for _ in range(2):
            account.send(None, CREATES_LOGS)
        yield opened


def ask(chain: EmbeddedChain, method: str, *arguments: object) -> dict[str, object]:
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": arguments})
    reply = json.loads(chain.handle_rpc(body.encode()))
    assert reply["id"] == 7
    return dict(reply)


def code_of(reply: dict[str, object]) -> object:
    error = reply["error"]
    assert isinstance(error, dict)
    return error["code"]


class TestMethods:
    @pytest.mark.parametrize(
        ("method", "arguments"),
        [
            ("eth_blockNumber", []),
            ("eth_chainId", []),
            ("net_version", []),
            ("web3_clientVersion", []),
            ("eth_gasPrice", []),
            ("eth_maxPriorityFeePerGas", []),
            ("eth_getBlockByNumber", ["latest", True]),
            ("eth_getBlockByNumber", ["earliest", False]),
            ("eth_getBalance", [NOBODY, "latest"]),
            ("eth_getBalance", [NOBODY, {"blockNumber": "0x1"}]),
            ("eth_getTransactionCount", [NOBODY]),
            ("eth_getCode", [NOBODY, "pending"]),
            ("eth_getStorageAt", [NOBODY, "0x00", "safe"]),
            ("eth_getProof", [NOBODY, ["0x0"], "finalized"]),
            ("eth_call", [{"to": NOBODY, "input": "0x"}, "latest"]),
            ("eth_getLogs", [{}]),
        ],
    )
    def test_allowed_method_answers(self, chain: EmbeddedChain, method: str, arguments: list[object]) -> None:
        assert "result" in ask(chain, method, *arguments)

    @pytest.mark.parametrize(
        "method",
        [
            "eth_sendRawTransaction", "eth_sendTransaction", "eth_sign", "eth_accounts", "eth_estimateGas",
            "debug_traceCall", "personal_listAccounts", "admin_peers", "evm_mine", "__init__", "",
        ],
    )  # fmt: skip
    def test_anything_else_does_not_exist(self, chain: EmbeddedChain, method: str) -> None:
        assert code_of(ask(chain, method, "0x")) == -32601

    @pytest.mark.parametrize(
        ("method", "arguments"),
        [
            ("eth_chainId", [1]),
            ("eth_getBalance", []),
            ("eth_getBalance", ["0x12"]),
            ("eth_getBalance", [NOBODY, "newest"]),
            ("eth_getBalance", [NOBODY, "0x01"]),
            ("eth_getBalance", [NOBODY, 1]),
            ("eth_getBalance", [NOBODY, {"blockHash": "0x1"}]),
            ("eth_getBalance", [NOBODY, {"blockNumber": "0x1", "more": 1}]),
            ("eth_getBlockByNumber", ["latest", "yes"]),
            ("eth_getBlockByNumber", [{"blockNumber": "0x1"}]),
            ("eth_getStorageAt", [NOBODY, "0x" + "1" * 65]),
            ("eth_getProof", [NOBODY, "0x0", "latest"]),
            ("eth_getProof", [NOBODY, ["0x0"] * 65, "latest"]),
            ("eth_call", [[]]),
            ("eth_call", [{"to": NOBODY, "stateOverride": {}}]),
            ("eth_call", [{"to": NOBODY, "data": "0x01", "input": "0x02"}]),
            ("eth_call", [{"to": NOBODY, "value": "0x" + "f" * 65}]),
            ("eth_getLogs", [[]]),
            ("eth_getLogs", [{"topics": [None] * 5}]),
            ("eth_getLogs", [{"address": [NOBODY] * 33}]),
            ("eth_getLogs", [{"blockHash": "0x" + "00" * 32, "fromBlock": "0x1"}]),
        ],
    )
    def test_wrong_parameters_are_named_invalid(
        self, chain: EmbeddedChain, method: str, arguments: list[object]
    ) -> None:
        assert code_of(ask(chain, method, *arguments)) == -32602

    def test_block_that_does_not_exist_is_null(self, chain: EmbeddedChain) -> None:
        assert ask(chain, "eth_getBlockByNumber", "0xffff", False)["result"] is None
        assert ask(chain, "eth_getBlockByHash", "0x" + "00" * 32, False)["result"] is None

    def test_state_of_a_block_that_does_not_exist_is_an_error(self, chain: EmbeddedChain) -> None:
        assert code_of(ask(chain, "eth_getBalance", NOBODY, "0xffff")) == -32000

    def test_unknown_transaction_is_null(self, chain: EmbeddedChain) -> None:
        for method in ("eth_getTransactionByHash", "eth_getTransactionReceipt"):
            assert ask(chain, method, "0x" + "00" * 32)["result"] is None

    def test_block_by_hash_and_by_number_are_the_same(self, chain: EmbeddedChain) -> None:
        by_number = ask(chain, "eth_getBlockByNumber", "0x1", True)["result"]
        assert isinstance(by_number, dict)
        assert ask(chain, "eth_getBlockByHash", by_number["hash"], True)["result"] == by_number
        found = ask(chain, "eth_getTransactionByHash", by_number["transactions"][0]["hash"])["result"]
        assert found == by_number["transactions"][0]


class TestLimits:
    @pytest.mark.repeats
    def test_endless_call_ends(self, chain: EmbeddedChain) -> None:
        reply = ask(chain, "eth_call", {"data": "0x" + SPINS.hex(), "gas": "0xffffffffffff"})
        assert code_of(reply) == -32000
        assert "out of gas" in str(reply["error"])

    def test_call_that_nests_without_end_ends(self, chain: EmbeddedChain) -> None:
        reply = ask(chain, "eth_call", {"data": "0x" + NESTS.hex()})
        assert code_of(reply) == -32000
        assert "nested too deeply" in str(reply["error"])

    def test_recursion_limit_of_the_process_is_what_it_was(self) -> None:
        program = "import sys; before = sys.getrecursionlimit(); import ledger.chain.embedded as _; assert sys.getrecursionlimit() == before"
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

    def test_call_that_needs_more_money_than_there_is_is_refused(self, chain: EmbeddedChain) -> None:
        assert code_of(ask(chain, "eth_call", {"from": NOBODY, "to": NOBODY, "value": "0x1"})) == -32000

    def test_call_leaves_no_trace(self, chain: EmbeddedChain) -> None:
        sender = "0x" + SENDER.address.hex()
        before = ask(chain, "eth_getBalance", NOBODY)["result"]
        ask(chain, "eth_call", {"from": sender, "to": NOBODY, "value": "0x1"})
        assert ask(chain, "eth_getBalance", NOBODY)["result"] == before

    def test_body_too_long_is_refused(self, chain: EmbeddedChain) -> None:
        assert code_of(json.loads(chain.handle_rpc(b" " * (rpc.MAX_BODY_BYTES + 1)))) == -32005

    def test_batch_too_long_is_refused(self, chain: EmbeddedChain) -> None:
        batch = [{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}] * (rpc.MAX_BATCH + 1)
        assert code_of(json.loads(chain.handle_rpc(json.dumps(batch).encode()))) == -32005


class TestLogs:
    def test_events_are_found_by_address_and_topic(self, chain: EmbeddedChain) -> None:
        everything = ask(chain, "eth_getLogs", {"fromBlock": "earliest"})["result"]
        assert isinstance(everything, list)
        assert [entry["blockNumber"] for entry in everything] == ["0x1", "0x2"]
        topic, address = everything[0]["topics"][0], everything[0]["address"]
        assert ask(chain, "eth_getLogs", {"fromBlock": "0x0", "topics": [[topic]]})["result"] == everything
        assert ask(chain, "eth_getLogs", {"fromBlock": "0x0", "address": address})["result"] == everything[:1]

    def test_other_address_or_topic_finds_nothing(self, chain: EmbeddedChain) -> None:
        for query in ({"address": NOBODY}, {"topics": ["0x" + "33" * 32]}, {"topics": [None, None]}):
            assert ask(chain, "eth_getLogs", {"fromBlock": "0x0", **query})["result"] == []

    def test_events_of_one_block_are_found_by_its_hash(self, chain: EmbeddedChain) -> None:
        block = ask(chain, "eth_getBlockByNumber", "0x2")["result"]
        assert isinstance(block, dict)
        found = ask(chain, "eth_getLogs", {"blockHash": block["hash"]})["result"]
        assert isinstance(found, list)
        assert [entry["blockHash"] for entry in found] == [block["hash"]]


class TestEnvelope:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", -32700),
            (b"{", -32700),
            (b"\xff\xfe", -32700),
            (b"NaN", -32700),
            (b"[" * 100_000, -32700),
            (b"9" * 5_000, -32700),
            (b"[]", -32600),
            (b"1", -32600),
            (b"null", -32600),
            (b'"text"', -32600),
            (b'{"id":1,"method":"eth_chainId"}', -32600),
            (b'{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32600),
            (b'{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', -32600),
            (b'{"jsonrpc":"2.0","id":true,"method":"eth_chainId"}', -32600),
            (b'{"jsonrpc":"2.0","id":1.5,"method":"eth_chainId"}', -32600),
            (b'{"jsonrpc":"2.0","id":1,"method":["eth_chainId"]}', -32600),
            (b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', -32602),
        ],
    )
    def test_malformed_request_is_answered_with_its_error(self, chain: EmbeddedChain, body: bytes, code: int) -> None:
        assert code_of(json.loads(chain.handle_rpc(body))) == code

    def test_batch_is_answered_in_order_and_each_for_itself(self, chain: EmbeddedChain) -> None:
        batch = [
            {"jsonrpc": "2.0", "id": "a", "method": "eth_chainId"},
            {"jsonrpc": "2.0", "method": "eth_chainId"},
            5,
            {"jsonrpc": "2.0", "id": None, "method": "eth_nothing"},
        ]
        replies = json.loads(chain.handle_rpc(json.dumps(batch).encode()))
        assert [reply["id"] for reply in replies] == ["a", None, None]
        assert [("result" in reply) for reply in replies] == [True, False, False]

    def test_notifications_are_not_answered(self, chain: EmbeddedChain) -> None:
        one = {"jsonrpc": "2.0", "method": "eth_chainId"}
        assert chain.handle_rpc(json.dumps(one).encode()) == b""
        assert chain.handle_rpc(json.dumps([one, one]).encode()) == b""

    @pytest.mark.repeats
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
    @given(body=st.binary(max_size=200))
    def test_any_bytes_are_answered_with_json(self, chain: EmbeddedChain, body: bytes) -> None:
        json.loads(chain.handle_rpc(body) or b"null")

    @pytest.mark.repeats
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
    @given(
        method=st.sampled_from(sorted(methods.PUBLIC)),
        arguments=st.lists(
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.sampled_from(["0x", "0x0", NOBODY, "latest"])
                | st.text(),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["to", "data", "fromBlock", "topics", "blockHash"]), inner)
                ),
                max_leaves=5,
            ),
            max_size=4,
        ),
    )
    def test_any_parameters_are_answered_without_an_internal_error(
        self, chain: EmbeddedChain, folder: Path, method: str, arguments: list[object]
    ) -> None:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": arguments}).encode()
        reply = chain.handle_rpc(body)
        assert str(folder).encode() not in reply
        error = json.loads(reply).get("error")
        assert error is None or error["code"] in (-32602, -32000, -32005, 3)

    def test_failing_store_is_an_internal_error_that_says_nothing(self, tmp_path: Path) -> None:
        chain = open_embedded(tmp_path)
        chain.close()
        reply = ask(chain, "eth_blockNumber")
        assert reply["error"] == {"code": -32603, "message": "internal error"}
