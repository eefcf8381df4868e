"""Two sequencers for one log: whoever has an old fence signs nothing, and nothing that it wrote is in the way."""

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from ledger.errors import Unavailable
from ledger.services.log.sequence import Sequencer, Turn, sequence
from ledger.storage.leases import acquire_lease, sequencer_lease
from ledger.storage.log import pending_count
from ledger.storage.logs import StatusRow, set_log_status
from support.hooked_objects import CountingSigner, HookedObjects
from support.ledgers import NOW, Ledger, check_whole, ledger_in, small_entries

OPENING = 3
FIRST = Turn(holder="stale", now=NOW)
LATER = Turn(holder="new", now=NOW + timedelta(seconds=60))


def test_stale_leader_that_wakes_after_a_new_one_signs_nothing(tmp_path: Path, database_url: str) -> None:
    objects = HookedObjects((tmp_path / "objects").as_uri())
    with ledger_in(tmp_path, database_url, objects=objects) as ledger:
        note = CountingSigner(ledger.signers.note)
        stale = Sequencer(ledger.stores, ledger.log, replace(ledger.signers, note=note))

        def another_leads() -> None:
            ledger.append(small_entries(300))
            hooked_free = replace(ledger.stores, objects=HookedObjects((tmp_path / "objects").as_uri()))
            for size in (OPENING, 300 + OPENING):  # first what the stale leader gave its index, at exactly that size
                done = sequence(hooked_free, ledger.log, ledger.signers, LATER)
                assert done is not None
                assert done.checkpoint.size == size

        objects.before_put = another_leads
        assert stale.take(FIRST) is None
        assert note.count == 0
        assert check_whole(ledger) == 300 + OPENING
        ledger.append(small_entries(1, start=300))
        assert stale.take(replace(FIRST, now=LATER.now)) is None
        done = stale.take(replace(FIRST, now=LATER.now + timedelta(seconds=60)))
        assert done is not None
        assert done.checkpoint.fence == 3
        assert check_whole(ledger) == 301 + OPENING


def test_leader_that_lost_its_lease_while_signing_stores_nothing(tmp_path: Path, database_url: str) -> None:
    with ledger_in(tmp_path, database_url) as ledger:
        signer = _InterruptedSigner(ledger)
        assert sequence(ledger.stores, ledger.log, replace(ledger.signers, note=signer), FIRST) is None
        assert check_whole(ledger) == 0
        done = sequence(ledger.stores, ledger.log, ledger.signers, LATER)
        assert done is not None
        assert check_whole(ledger) == OPENING


class _InterruptedSigner(CountingSigner):
    """Another process takes the lease over while this one signs."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.signers.note)
        self._ledger = ledger

    def sign(self, message: bytes) -> bytes:
        database, lease = self._ledger.stores.database, sequencer_lease(self._ledger.log.id)
        fence = database.write(
            lambda tx: acquire_lease(
                tx, lease, LATER.holder, LATER.now.isoformat(timespec="milliseconds")[:23] + "Z", 5
            )
        )
        assert fence == 2
        return super().sign(message)


def test_log_stopped_while_a_turn_is_under_way_is_not_signed(tmp_path: Path, sqlite_url: str) -> None:
    objects = HookedObjects((tmp_path / "objects").as_uri())
    with ledger_in(tmp_path, sqlite_url, objects=objects) as ledger:
        note = CountingSigner(ledger.signers.note)
        objects.before_put = lambda: _stop(ledger)
        with pytest.raises(Unavailable) as caught:
            sequence(ledger.stores, ledger.log, replace(ledger.signers, note=note), FIRST)
        assert caught.value.code == "log.stopped"
        assert note.count == 0
        assert check_whole(ledger) == 0


def _stop(ledger: Ledger) -> None:
    status = StatusRow(ledger.log.id, "stopped", "by hand", "2026-11-23T15:04:05.123Z")
    ledger.stores.database.write(lambda tx: set_log_status(tx, status))


def test_sequencers_that_take_the_lease_from_each_other_all_the_time_keep_one_history(
    tmp_path: Path, database_url: str
) -> None:
    with ledger_in(tmp_path, database_url) as ledger:
        ledger.append(small_entries(120))
        clock, errors = count(), list[BaseException]()

        def lead(holder: str) -> None:
            sequencer = Sequencer(ledger.stores, ledger.log, ledger.signers)
            try:
                while ledger.stores.database.read(lambda tx: pending_count(tx, ledger.log.id)):
                    now = NOW + timedelta(seconds=next(clock) * 10)  # every lease has run out when the next one looks
                    sequencer.take(Turn(holder=holder, now=now, batch=20))
            except BaseException as error:  # noqa: BLE001  # a thread's failure must fail the test
                errors.append(error)

        threads = [threading.Thread(target=lead, args=(name,)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        end = NOW + timedelta(days=1)
        sequence(ledger.stores, ledger.log, ledger.signers, Turn(holder="end", now=end))
        assert check_whole(ledger) == 120 + OPENING
