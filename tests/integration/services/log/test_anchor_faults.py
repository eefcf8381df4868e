"""What a chain and its node do to an anchor on its way, on a real node that mines only when told to."""

from dataclasses import replace

from ledger.chain import registry
from ledger.chain.transactions import sign, unsigned
from ledger.core.evidence.chain_proof import read_header
from ledger.core.log.evm_checkpoint import Registry, publish_digest
from ledger.core.log.proofs import consistency_path
from ledger.core.log.receipt_chain import AnchorState
from ledger.services.log.anchor_fact import anchor_fact
from ledger.services.log.anchor_parties import AnchorKeys, LocalCosigner
from ledger.services.log.bind_chain import known_binding
from ledger.services.log.tree import object_name, tree_reader
from ledger.storage.logs import checkpoint_of_size, log_status
from support.anvil import Anvil
from support.chains import SENDER, Account, evm_key
from support.installation import COSIGNER, KEYS, POLICY, Installation
from support.trees import leaves_of, naive_root

STRANGER = evm_key("stranger")
FUNDS = 10**20


def due(installation: Installation, entries: int = 3) -> None:
    """Let the log grow, and the time pass until that is to be anchored."""
    installation.add(entries)
    installation.later(301)


def under_way(installation: Installation) -> None:
    due(installation)
    assert installation.anchor().signed
    assert installation.states() == ["sent"]


def settle(installation: Installation, turns: int = 3) -> None:
    for _ in range(turns):
        installation.mine()
        installation.later(2)
        installation.anchor()


def trouble(installation: Installation) -> str:
    found = installation.health().trouble
    return found.code if found else ""


def publish_as_stranger(
    installation: Installation, anvil: Anvil, size: int, root: bytes, proof: list[bytes] | None = None
) -> None:
    """Publish with the log's own cosigner key but from somebody else's account: permission is in the signatures."""
    anvil.give(STRANGER.address, FUNDS)
    binding, log_id = known_binding(installation.stores), installation.log.registry_log_id
    assert binding is not None
    assert log_id is not None
    digest = publish_digest(Registry(binding.chain_id, binding.registry), log_id, generation=1, size=size, root=root)
    data = registry.publish_data(log_id, size, root, proof=proof or [], signatures=[COSIGNER.sign_digest(digest)])
    account = Account(installation.client, STRANGER, anvil.mine)
    assert account.send(binding.registry, data).succeeded


def own_root(installation: Installation, size: int) -> bytes:
    found = installation.stores.database.read(lambda tx: checkpoint_of_size(tx, installation.log_id, size))
    assert found is not None
    return found.root


def drop(anvil: Anvil, transaction: bytes) -> None:
    anvil.control("anvil_dropTransaction", "0x" + transaction.hex())


class TestAbsentChain:
    def test_chain_that_is_gone_loses_nothing_and_is_caught_up_with(self, on_anvil: Installation) -> None:
        on_anvil.node.is_reachable = False
        due(on_anvil)
        began = on_anvil.turn.now
        waits = []
        for _ in range(4):
            progress = on_anvil.anchor()
            assert (progress.code, on_anvil.attempts()) == ("chain.unreachable", [])
            assert progress.next_at is not None
            waits.append((progress.next_at - on_anvil.now).total_seconds())
            assert on_anvil.anchor().code == "anchor.backing-off"
            on_anvil.now = progress.next_at
            on_anvil.add()
        found = on_anvil.health().trouble
        assert found is not None
        assert (found.failures, found.since[:19]) == (4, began.isoformat()[:19])
        assert waits == [1, 2, 4, 8]
        on_anvil.node.is_reachable = True
        assert on_anvil.anchor().signed
        settle(on_anvil)
        assert (on_anvil.states(), on_anvil.head().size) == (["final"], 8)
        assert on_anvil.health().is_well

    def test_node_that_vanishes_while_an_anchor_waits_gets_it_back(self, on_anvil: Installation, anvil: Anvil) -> None:
        under_way(on_anvil)
        drop(anvil, on_anvil.attempts()[0].transaction_hash)
        on_anvil.node.is_reachable = False
        on_anvil.later(10)
        assert on_anvil.anchor().code == "chain.unreachable"
        on_anvil.node.is_reachable = True
        on_anvil.later(10)
        assert on_anvil.anchor().code == "anchor.in-flight"
        settle(on_anvil)
        assert on_anvil.states() == ["final"]

    def test_idle_log_notices_within_a_minute(self, on_anvil: Installation) -> None:
        due(on_anvil)
        on_anvil.anchor()
        settle(on_anvil)
        on_anvil.node.is_reachable = False
        assert on_anvil.anchor().code == "anchor.nothing-new"
        on_anvil.later(61)
        assert on_anvil.anchor().code == "chain.unreachable"


class TestReorg:
    def test_rolled_back_anchor_goes_back_and_receipts_say_so(self, on_anvil: Installation, anvil: Anvil) -> None:
        under_way(on_anvil)
        anvil.mine()
        on_anvil.anchor()
        assert on_anvil.states() == ["mined"]
        log = on_anvil.log
        fact = on_anvil.stores.database.read(lambda tx: anchor_fact(tx, log, 0))
        assert fact is not None
        assert fact.state is AnchorState.MINED
        anvil.control("anvil_rollback", 1)
        on_anvil.anchor()
        assert on_anvil.states() == ["sent"]
        assert on_anvil.stores.database.read(lambda tx: anchor_fact(tx, log, 0)) is None
        assert on_anvil.health().mined_size == 0
        settle(on_anvil)
        assert (on_anvil.states(), on_anvil.head().size) == (["final"], 4)

    def test_anchor_in_another_block_than_before_names_the_new_one(self, on_anvil: Installation, anvil: Anvil) -> None:
        under_way(on_anvil)
        anvil.mine()
        on_anvil.anchor()
        before = on_anvil.attempts()[0]
        anvil.control("anvil_rollback", 1)
        on_anvil.client.send_raw(before.raw_transaction)
        anvil.control("evm_increaseTime", 60)
        anvil.mine()
        on_anvil.anchor()
        after = on_anvil.attempts()[0]
        assert after.state == "mined"
        assert after.block_hash != before.block_hash


class TestFees:
    def test_stuck_anchor_is_sent_again_dearer_under_its_nonce(self, on_anvil: Installation) -> None:
        under_way(on_anvil)
        on_anvil.later(119)
        assert on_anvil.anchor().code == "anchor.in-flight"
        assert len(on_anvil.attempts()) == 1
        on_anvil.later(1)
        on_anvil.anchor()
        self._check_bumped(on_anvil)

    def test_anchor_below_the_base_fee_is_sent_again_at_once(self, on_anvil: Installation, anvil: Anvil) -> None:
        under_way(on_anvil)
        first = on_anvil.attempts()[0]
        drop(anvil, first.transaction_hash)
        anvil.control("anvil_setNextBlockBaseFeePerGas", hex(unsigned(first.raw_transaction).fees.max_fee * 3))
        anvil.mine()
        on_anvil.later(2)
        on_anvil.anchor()
        self._check_bumped(on_anvil)

    def _check_bumped(self, installation: Installation) -> None:
        first, second = installation.attempts()
        before, after = unsigned(first.raw_transaction), unsigned(second.raw_transaction)
        assert second.replaces == first.id
        assert after == replace(before, fees=after.fees)
        assert after.fees.max_fee > before.fees.max_fee
        settle(installation)
        assert installation.states() == ["replaced", "final"]

    def test_earlier_attempt_that_is_mined_late_is_the_anchor(self, on_anvil: Installation, anvil: Anvil) -> None:
        under_way(on_anvil)
        on_anvil.later(121)
        on_anvil.anchor()
        first, second = on_anvil.attempts()
        drop(anvil, second.transaction_hash)
        on_anvil.client.send_raw(first.raw_transaction)
        settle(on_anvil)
        assert on_anvil.states() == ["final", "replaced"]

    def test_fee_beyond_the_cap_is_not_paid(self, on_anvil: Installation) -> None:
        due(on_anvil)
        on_anvil.policy = replace(POLICY, max_fee_wei=1)
        assert on_anvil.anchor().code == "anchor.fee-cap"
        assert on_anvil.attempts() == []

    def test_bump_beyond_the_cap_leaves_the_attempt_in_flight(self, on_anvil: Installation) -> None:
        under_way(on_anvil)
        fee = unsigned(on_anvil.attempts()[0].raw_transaction).fees.max_fee
        on_anvil.policy = replace(POLICY, max_fee_wei=fee)
        on_anvil.later(121)
        assert on_anvil.anchor().code == "anchor.fee-cap"
        settle(on_anvil)
        assert on_anvil.states() == ["final"]

    def test_spent_gas_budget_waits_for_the_next_day(self, on_anvil: Installation) -> None:
        under_way(on_anvil)
        settle(on_anvil)
        used = on_anvil.attempts()[0].gas_used
        assert used is not None
        on_anvil.policy = replace(POLICY, gas_per_day=used + 50_000)
        due(on_anvil)
        assert on_anvil.anchor().code == "anchor.gas-budget"
        assert len(on_anvil.attempts()) == 1
        on_anvil.later(12 * 3600)  # past midnight in Shanghai
        assert on_anvil.anchor().signed

    def test_low_balance_is_an_alert_and_an_empty_account_a_fault(self, on_anvil: Installation, anvil: Anvil) -> None:
        anvil.give(SENDER.address, POLICY.low_balance_wei - 1)
        under_way(on_anvil)
        health = on_anvil.health()
        assert (health.is_well, health.balance_is_low) == (True, True)
        settle(on_anvil)
        anvil.give(SENDER.address, 1)
        due(on_anvil)
        assert on_anvil.anchor().code == "chain.insufficient-funds"
        anvil.give(SENDER.address, FUNDS)
        on_anvil.later(301)
        on_anvil.anchor()
        settle(on_anvil)
        assert on_anvil.head().size == 7
        assert not on_anvil.health().balance_is_low


class TestOthers:
    def test_same_checkpoint_published_by_another_counts_as_anchored(
        self, on_anvil: Installation, anvil: Anvil
    ) -> None:
        under_way(on_anvil)
        drop(anvil, on_anvil.attempts()[0].transaction_hash)
        publish_as_stranger(on_anvil, anvil, 4, own_root(on_anvil, 4))
        on_anvil.anchor()
        settle(on_anvil)
        receipt = on_anvil.client.receipt(on_anvil.attempts()[0].transaction_hash)
        assert receipt is not None
        assert not receipt.succeeded
        assert on_anvil.states() == ["final"]

    def test_checkpoint_that_is_there_already_is_anchored_by_a_block_that_says_so(
        self, on_anvil: Installation, anvil: Anvil
    ) -> None:
        due(on_anvil)
        publish_as_stranger(on_anvil, anvil, 4, own_root(on_anvil, 4))
        on_anvil.anchor()
        settle(on_anvil)
        assert on_anvil.states() == ["final"]

    def test_smaller_checkpoint_in_between_makes_us_prove_again(self, on_anvil: Installation, anvil: Anvil) -> None:
        on_anvil.add(1)
        due(on_anvil)
        on_anvil.anchor()
        drop(anvil, on_anvil.attempts()[0].transaction_hash)
        publish_as_stranger(on_anvil, anvil, 2, own_root(on_anvil, 2))
        on_anvil.anchor()
        settle(on_anvil, 5)
        assert on_anvil.states() == ["spent", "final"]
        assert on_anvil.head().size == 5

    def test_nonce_that_another_transaction_took_is_given_up(self, on_anvil: Installation, anvil: Anvil) -> None:
        under_way(on_anvil)
        lost = on_anvil.attempts()[0]
        drop(anvil, lost.transaction_hash)
        other = replace(unsigned(lost.raw_transaction), to=STRANGER.address, data=b"")
        on_anvil.client.send_raw(sign(other, SENDER).raw)
        settle(on_anvil, 5)
        first, second = on_anvil.attempts()
        assert (first.state, second.state) == ("replaced", "final")
        assert second.nonce == first.nonce + 1


class TestProof:
    def test_state_that_the_node_forgot_is_proved_in_a_later_final_block(
        self, on_anvil: Installation, anvil: Anvil
    ) -> None:
        under_way(on_anvil)
        anvil.mine()
        on_anvil.anchor()
        mined = on_anvil.attempts()[0].block_number
        assert mined is not None
        on_anvil.node.forgotten = {hex(mined)}
        settle(on_anvil)
        log = on_anvil.log
        fact = on_anvil.stores.database.read(lambda tx: anchor_fact(tx, log, 0))
        assert fact is not None
        assert fact.proof is not None
        assert (fact.state, fact.block_number) == (AnchorState.FINAL, mined)
        assert read_header(fact.proof.header_rlp).number > mined

    def test_node_without_proofs_holds_up_no_later_anchor_and_health_says_so(self, on_anvil: Installation) -> None:
        under_way(on_anvil)
        on_anvil.node.forgotten = {"eth_getProof"}
        settle(on_anvil)
        assert (on_anvil.states(), trouble(on_anvil)) == (["mined"], "chain.refused")
        due(on_anvil)
        on_anvil.anchor()
        assert on_anvil.states() == ["mined", "sent"]
        on_anvil.node.forgotten = set()
        on_anvil.later(301)
        on_anvil.anchor()
        settle(on_anvil)
        assert on_anvil.states()[-1] == "final"
        assert on_anvil.health().is_well


class TestLoudStop:
    def test_history_that_the_registry_does_not_hold_stops_the_log(self, on_anvil: Installation, anvil: Anvil) -> None:
        publish_as_stranger(on_anvil, anvil, 2, naive_root(leaves_of(2)))
        due(on_anvil)
        assert on_anvil.anchor().code == "anchor.history-differs"
        status = on_anvil.stores.database.read(lambda tx: log_status(tx, on_anvil.log_id))
        assert status is not None
        assert (status.state, status.reason.partition(":")[0]) == ("stopped", "anchor.history-differs")
        for _ in range(5):
            on_anvil.later(1000)
            assert on_anvil.anchor().code == "log.stopped"
        assert on_anvil.attempts() == []
        assert trouble(on_anvil) == "log.stopped"

    def test_registry_that_is_ahead_of_the_database_stops_the_log(self, on_anvil: Installation, anvil: Anvil) -> None:
        publish_as_stranger(on_anvil, anvil, 9, naive_root(leaves_of(9)))
        due(on_anvil)
        assert on_anvil.anchor().code == "anchor.history-differs"
        assert on_anvil.attempts() == []

    def test_altered_tile_stops_the_log(self, on_anvil: Installation) -> None:
        due(on_anvil)
        tile = on_anvil.folder / "objects" / object_name(on_anvil.log_id, "tile/0/000.p/4")
        tile.chmod(0o600)
        tile.write_bytes(bytes(len(tile.read_bytes())))
        assert on_anvil.anchor().code == "anchor.tree-differs"
        assert on_anvil.attempts() == []

    def test_cosigner_that_the_registry_does_not_know_costs_no_gas(self, on_anvil: Installation) -> None:
        due(on_anvil)
        on_anvil.keys = AnchorKeys(sender=SENDER, cosigners=(LocalCosigner(STRANGER),))
        for _ in range(3):
            assert on_anvil.anchor().code == "anchor.refused"
            on_anvil.later(400)
        assert on_anvil.attempts() == []
        on_anvil.keys = KEYS
        assert on_anvil.anchor().signed

    def test_chain_that_forgot_a_final_anchor_is_not_published_to(self, on_anvil: Installation, anvil: Anvil) -> None:
        before = anvil.control("evm_snapshot")
        under_way(on_anvil)
        settle(on_anvil)
        anvil.control("evm_revert", before)
        due(on_anvil)
        assert on_anvil.anchor().code == "chain.rolled-back"
        assert len(on_anvil.attempts()) == 1


def test_consistency_proof_across_a_tile_edge_is_accepted(on_anvil: Installation, anvil: Anvil) -> None:
    due(on_anvil, 254)
    publish_as_stranger(on_anvil, anvil, 255, own_root(on_anvil, 255))
    due(on_anvil, 300)
    reader = tree_reader(on_anvil.stores, on_anvil.log_id, 555)
    publish_as_stranger(on_anvil, anvil, 555, own_root(on_anvil, 555), consistency_path(255, 555, reader.node))
    assert on_anvil.head().size == 555
