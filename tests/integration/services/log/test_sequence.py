"""Turns of a real sequencer over a real database and a real folder."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.log.evm_checkpoint import log_checkpoint_digest
from ledger.errors import Unavailable
from ledger.services.log.sequence import Sequencer, Turn, sequence
from ledger.storage.log import entries_of_subject, pending_count
from ledger.storage.logs import newest_sizes, set_registry_log_id
from signing.algorithms import recover_address
from support.ledgers import NOW, REGISTRY, Ledger, chain_of_entries, check_whole, log_signers, small_entries

TURN = Turn(holder="a", now=NOW)
OPENING = 3  # entries that opening an institution leaves: opened, person added, role granted


def test_first_turn_signs_what_opening_an_institution_left(ledger: Ledger) -> None:
    done = sequence(ledger.stores, ledger.log, ledger.signers, TURN)
    assert done is not None
    assert (done.previous_size, done.checkpoint.size, done.count) == (0, OPENING, OPENING)
    assert check_whole(ledger) == OPENING


def test_turn_without_work_signs_nothing(ledger: Ledger) -> None:
    sequencer = Sequencer(ledger.stores, ledger.log, ledger.signers)
    assert sequencer.take(TURN) is not None
    assert sequencer.take(TURN) is None
    assert sequence(ledger.stores, ledger.log, ledger.signers, TURN) is None


def test_turn_while_another_leads_does_nothing(ledger: Ledger) -> None:
    sequence(ledger.stores, ledger.log, ledger.signers, TURN)
    ledger.append(small_entries(1))
    assert sequence(ledger.stores, ledger.log, ledger.signers, replace(TURN, holder="b")) is None
    assert ledger.stores.database.read(lambda tx: pending_count(tx, ledger.log.id)) == 1


def test_released_lease_is_taken_over_at_once(ledger: Ledger) -> None:
    first = Sequencer(ledger.stores, ledger.log, ledger.signers)
    first.take(TURN)
    first.release(NOW)
    first.release(NOW)
    ledger.append(small_entries(1))
    done = sequence(ledger.stores, ledger.log, ledger.signers, replace(TURN, holder="b"))
    assert done is not None
    assert done.checkpoint.fence == 2


def test_backlog_larger_than_a_batch_is_covered_batch_by_batch_in_order(ledger: Ledger) -> None:
    expected = ledger.append(small_entries(700))
    sequencer = Sequencer(ledger.stores, ledger.log, ledger.signers)
    sizes = []
    while done := sequencer.take(replace(TURN, batch=256)):
        sizes.append(done.checkpoint.size)
    assert sizes == [256, 512, 700 + OPENING]
    assert [row.entry_id for row in ledger.rows()][OPENING:] == expected
    assert check_whole(ledger) == 700 + OPENING


@pytest.mark.parametrize("remembering", [True, False])
def test_many_small_turns_give_the_tree_of_all_entries(sqlite_ledger: Ledger, *, remembering: bool) -> None:
    sequencer = Sequencer(sqlite_ledger.stores, sqlite_ledger.log, sqlite_ledger.signers)
    start = 0
    for number in (1, 252, 1, 1, 255, 257, 3):
        sqlite_ledger.append(small_entries(number, start=start))
        start += number
        if not remembering:
            sequencer = Sequencer(sqlite_ledger.stores, sqlite_ledger.log, sqlite_ledger.signers)
        assert sequencer.take(TURN) is not None
    assert check_whole(sqlite_ledger) == start + OPENING


def test_entries_of_one_subject_keep_their_order_over_batches(ledger: Ledger) -> None:
    ledger.append(chain_of_entries("subject", 20))
    sequencer = Sequencer(ledger.stores, ledger.log, ledger.signers)
    while sequencer.take(replace(TURN, batch=7)):
        pass
    rows = ledger.stores.database.read(lambda tx: entries_of_subject(tx, ledger.log.id, "agreement", "subject"))
    assert [row.n for row in rows] == list(range(1, 21))
    assert [row.idx for row in rows] == sorted(row.idx for row in rows)


def test_newest_sizes_are_those_of_the_signed_checkpoints(ledger: Ledger) -> None:
    signed = sequence(ledger.stores, ledger.log, ledger.signers, TURN)
    assert signed is not None
    ledger.append(small_entries(2))
    assert ledger.stores.database.read(newest_sizes) == {ledger.log.id: signed.checkpoint.size}


def test_registered_log_is_signed_for_the_registry_too(ledger: Ledger) -> None:
    registry_log_id = bytes(range(32))
    sequencer = Sequencer(ledger.stores, ledger.log, ledger.signers)
    unregistered = sequencer.take(TURN)
    ledger.stores.database.write(lambda tx: set_registry_log_id(tx, ledger.log.id, registry_log_id))
    ledger.append(small_entries(1))
    done = sequencer.take(TURN)
    assert unregistered is not None
    assert unregistered.checkpoint.evm_signature is None
    assert done is not None
    assert done.checkpoint.evm_signature is not None
    row = done.checkpoint
    digest = log_checkpoint_digest(REGISTRY, registry_log_id, size=row.size, root=row.root)
    assert recover_address(digest, done.checkpoint.evm_signature) == ledger.log.evm_address


def test_registered_log_without_a_known_registry_gives_no_index(ledger: Ledger) -> None:
    ledger.stores.database.write(lambda tx: set_registry_log_id(tx, ledger.log.id, bytes(range(32))))
    with pytest.raises(Unavailable) as caught:
        sequence(ledger.stores, ledger.log, log_signers(registry=None), TURN)
    assert caught.value.code == "log.no-registry"
    assert ledger.rows() == []


@pytest.mark.parametrize("part", ["note", "evm", "origin"])
def test_key_that_the_log_does_not_name_is_refused_before_any_turn(sqlite_ledger: Ledger, part: str) -> None:
    mine, other = sqlite_ledger.signers, log_signers("other.example/log")
    signers = {"note": replace(mine, note=other.note), "evm": replace(mine, evm=other.evm), "origin": mine}[part]
    log = replace(sqlite_ledger.log, origin="other.example/log") if part == "origin" else sqlite_ledger.log
    with pytest.raises(Unavailable) as caught:
        Sequencer(sqlite_ledger.stores, log, signers)
    assert caught.value.code == "log.wrong-key"


def test_lease_that_ran_out_is_taken_over_with_a_higher_fence(ledger: Ledger) -> None:
    sequence(ledger.stores, ledger.log, ledger.signers, TURN)
    ledger.append(small_entries(1))
    later = Turn(holder="b", now=NOW + timedelta(seconds=TURN.lease_seconds))
    done = sequence(ledger.stores, ledger.log, ledger.signers, later)
    assert done is not None
    assert done.checkpoint.fence == 2
    assert check_whole(ledger) == OPENING + 1
