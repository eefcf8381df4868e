import pytest
from sqlalchemy import Connection

from ledger.errors import Conflict, InvalidInput
from ledger.storage import log, logs
from ledger.storage.database import Database
from ledger.storage.log import NewEntry
from support.storage_rows import AT, checkpoint, lead, new_entry, open_log

LATER = "2026-11-23T15:04:06.000Z"


def chain(tx: Connection, log_id: int, subject: str, length: int) -> list[NewEntry]:
    """Queue a subject's first entries in one call."""
    entries: list[NewEntry] = []
    for _ in range(length):
        entries.append(new_entry(subject, entries[-1] if entries else None))
    log.append_many(tx, log_id, entries, at=AT)
    return entries


def sequenced(tx: Connection, log_id: int, *, fence: int | None = None) -> None:
    """Give everything that waits its index."""
    fence = lead(tx, log_id) if fence is None else fence
    log.assign(tx, log_id, log.size(tx, log_id), log.take_pending(tx, log_id, 1000), fence=fence)


def refuses(database: Database, log_id: int, new: NewEntry, code: str) -> None:
    before = database.read(lambda tx: (log.pending_count(tx, log_id), log.heads(tx, log_id)))
    with pytest.raises(Conflict) as error:
        database.write(lambda tx: log.append_pending(tx, log_id, new, at=AT))
    assert error.value.code == code
    assert database.read(lambda tx: (log.pending_count(tx, log_id), log.heads(tx, log_id))) == before


def test_an_appended_entry_waits_with_its_exact_bytes_and_moves_the_head(database: Database) -> None:
    log_id = database.write(open_log)
    new = new_entry("s")
    database.write(lambda tx: log.append_pending(tx, log_id, new, at=AT))
    (row,) = database.read(lambda tx: log.take_pending(tx, log_id, 10))
    assert (row.data, row.leaf_hash, row.entry_id, row.n, row.created_at) == (
        new.data,
        new.leaf_hash,
        new.entry_id,
        1,
        AT,
    )
    head = database.read(lambda tx: log.subject_head(tx, log_id, "agreement", "s"))
    assert head is not None
    assert (head.n, head.leaf_hash) == (1, new.leaf_hash)
    assert database.write(lambda tx: log.subject_head(tx, log_id, "agreement", "s", lock=True)) == head
    assert database.read(lambda tx: log.pending_by_id(tx, new.entry_id)) == row
    assert database.read(lambda tx: log.oldest_pending_at(tx, log_id)) == AT


def test_an_entry_that_does_not_follow_the_head_is_refused(database: Database) -> None:
    log_id = database.write(open_log)
    first, second = database.write(lambda tx: chain(tx, log_id, "s", 2))
    refuses(database, log_id, new_entry("s", salt="again"), "subject.moved-on")
    refuses(database, log_id, new_entry("s", first, salt="stale"), "subject.moved-on")
    refuses(database, log_id, new_entry("s", new_entry("s", second), salt="ahead"), "subject.moved-on")
    refuses(database, log_id, new_entry("s", new_entry("s", first, salt="other")), "subject.moved-on")
    refuses(database, log_id, new_entry("t", first, salt="no head"), "subject.moved-on")


def test_a_first_entry_that_names_a_predecessor_is_refused(database: Database) -> None:
    log_id = database.write(open_log)
    first = new_entry("s")
    for n, prev in ((1, bytes(32)), (2, None), (0, None), (0, bytes(32))):
        odd = NewEntry(**{**vars(first), "n": n, "prev_leaf_hash": prev})
        refuses(database, log_id, odd, "subject.moved-on")


def test_an_entry_id_is_used_once_over_queue_and_logs(database: Database) -> None:
    log_id = database.write(open_log)
    first = new_entry("s")
    database.write(lambda tx: log.append_pending(tx, log_id, first, at=AT))
    again = NewEntry(**{**vars(new_entry("t")), "entry_id": first.entry_id})
    refuses(database, log_id, again, "entry.exists")


def test_one_refused_entry_refuses_the_whole_call(database: Database) -> None:
    log_id = database.write(open_log)
    with pytest.raises(Conflict):
        database.write(lambda tx: log.append_many(tx, log_id, [new_entry("a"), new_entry("b"), new_entry("a")], at=AT))
    assert database.read(lambda tx: (log.pending_count(tx, log_id), log.heads(tx, log_id))) == (0, [])


def test_assigned_entries_get_consecutive_indexes_in_queue_order(database: Database) -> None:
    log_id, other = database.write(open_log), database.write(lambda tx: open_log(tx, "example.com/other"))
    written: list[NewEntry] = []
    for subject in ("a", "b"):
        written += database.write(lambda tx, s=subject: chain(tx, log_id, s, 3))  # type: ignore[misc]  # bound per turn
        database.write(lambda tx, s=subject: chain(tx, other, f"other-{s}", 1))  # type: ignore[misc]  # bound per turn
        database.write(lambda tx: sequenced(tx, log_id))
    rows = database.read(lambda tx: list(log.entries_between(tx, log_id, 0, 6)))
    assert [(row.idx, row.data, row.leaf_hash, row.n) for row in rows] == [
        (index, new.data, new.leaf_hash, new.n) for index, new in enumerate(written)
    ]
    assert database.read(lambda tx: (log.size(tx, log_id), log.pending_count(tx, log_id))) == (6, 0)
    assert database.read(lambda tx: (log.size(tx, other), log.pending_count(tx, other))) == (0, 2)
    assert database.read(lambda tx: log.oldest_pending_at(tx, log_id)) is None
    assert database.read(lambda tx: list(log.leaf_hashes_between(tx, log_id, 1, 5))) == [
        new.leaf_hash for new in written[1:5]
    ]


def test_entries_are_found_by_index_id_and_subject(database: Database) -> None:
    log_id = database.write(open_log)
    written = database.write(lambda tx: chain(tx, log_id, "s", 3))
    database.write(lambda tx: sequenced(tx, log_id))
    waiting = database.write(lambda tx: chain(tx, log_id, "t", 1))
    found = database.read(lambda tx: log.entry_by_id(tx, written[1].entry_id))
    assert found is not None
    assert (found.idx, found.entry_id) == (1, written[1].entry_id)
    assert database.read(lambda tx: log.entry_by_id(tx, waiting[0].entry_id)) is None
    of_subject = database.read(lambda tx: log.entries_of_subject(tx, log_id, "agreement", "s", after_n=1))
    assert [row.n for row in of_subject] == [2, 3]


def test_the_leaf_hash_of_a_subjects_entry_is_found_before_and_after_it_has_an_index(database: Database) -> None:
    log_id = database.write(open_log)
    written = database.write(lambda tx: chain(tx, log_id, "s", 2))

    def found() -> list[bytes | None]:
        return database.read(lambda tx: [log.leaf_hash_of_subject(tx, log_id, "agreement", "s", n) for n in (1, 2, 3)])

    assert found() == [written[0].leaf_hash, written[1].leaf_hash, None]
    database.write(lambda tx: sequenced(tx, log_id))
    assert found() == [written[0].leaf_hash, written[1].leaf_hash, None]


def test_a_stale_or_early_assignment_is_refused_and_changes_nothing(database: Database) -> None:
    log_id = database.write(open_log)
    database.write(lambda tx: chain(tx, log_id, "s", 3))
    fence = database.write(lambda tx: lead(tx, log_id))
    rows = database.read(lambda tx: log.take_pending(tx, log_id, 10))

    def refused(code: str, first: int, taken: list[log.PendingRow], with_fence: int) -> None:
        with pytest.raises(Conflict) as error:
            database.write(lambda tx: log.assign(tx, log_id, first, taken, fence=with_fence))
        assert error.value.code == code

    refused("lease.lost", 0, rows, fence + 1)
    refused("lease.lost", 0, rows, fence - 1)
    refused("log.moved-on", 1, rows, fence)
    assert database.read(lambda tx: (log.size(tx, log_id), log.pending_count(tx, log_id))) == (0, 3)
    database.write(lambda tx: log.assign(tx, log_id, 0, rows[:2], fence=fence))
    refused("log.moved-on", 0, rows[:2], fence)
    refused("log.moved-on", 2, rows, fence)
    assert database.read(lambda tx: (log.size(tx, log_id), log.pending_count(tx, log_id))) == (2, 1)
    database.write(lambda tx: log.assign(tx, log_id, 2, [], fence=fence))


def test_streaming_crosses_chunks_without_losing_an_entry(database: Database) -> None:
    log_id = database.write(open_log)
    count = log.READ_CHUNK + 7
    database.write(lambda tx: log.append_many(tx, log_id, [new_entry(f"s{n}") for n in range(count)], at=AT))
    fence = database.write(lambda tx: lead(tx, log_id))
    database.write(lambda tx: log.assign(tx, log_id, 0, log.take_pending(tx, log_id, count), fence=fence))
    rows = database.read(lambda tx: list(log.entries_between(tx, log_id, 3, count)))
    assert [row.idx for row in rows] == list(range(3, count))
    assert len(database.read(lambda tx: list(log.leaf_hashes_between(tx, log_id, 3, count)))) == count - 3
    assert database.read(lambda tx: log.size(tx, log_id)) == count


def test_a_page_of_heads_continues_where_the_last_one_ended(database: Database) -> None:
    log_id = database.write(open_log)
    database.write(lambda tx: log.append_many(tx, log_id, [new_entry(s) for s in ("b", "a", "c", "B")], at=AT))
    first = database.read(lambda tx: log.heads(tx, log_id, limit=2))
    rest = database.read(lambda tx: log.heads(tx, log_id, after=(first[-1].kind, first[-1].id)))
    assert [head.id for head in first + rest] == ["B", "a", "b", "c"]
    with pytest.raises(InvalidInput):
        database.read(lambda tx: log.heads(tx, log_id, limit=0))


def test_an_origin_is_opened_once(database: Database) -> None:
    log_id = database.write(open_log)
    with pytest.raises(Conflict) as error:
        database.write(open_log)
    assert error.value.code == "log.exists"
    (row,) = database.read(logs.all_logs)
    assert row.id == log_id
    assert row == database.read(lambda tx: logs.log_by_origin(tx, "example.com/log"))
    assert row == database.read(lambda tx: logs.log_by_id(tx, log_id))
    assert row == database.read(lambda tx: logs.log_of_institution(tx, "inst"))
    assert database.read(lambda tx: logs.log_of_institution(tx, "inst", "access")) is None


def test_a_registry_id_is_set_once(database: Database) -> None:
    log_id = database.write(open_log)
    for _ in range(2):
        database.write(lambda tx: logs.set_registry_log_id(tx, log_id, b"1" * 32))
    with pytest.raises(Conflict) as error:
        database.write(lambda tx: logs.set_registry_log_id(tx, log_id, b"2" * 32))
    assert error.value.code == "log.registered"
    row = database.read(lambda tx: logs.log_by_id(tx, log_id))
    assert row is not None
    assert row.registry_log_id == b"1" * 32


def test_a_log_runs_until_it_is_stopped_with_a_reason(database: Database) -> None:
    log_id = database.write(open_log)
    stopped = logs.StatusRow(log_id, "stopped", "root differs", LATER)
    assert database.read(lambda tx: logs.log_status(tx, log_id)) == logs.StatusRow(log_id, "running", "", AT)
    database.write(lambda tx: logs.set_log_status(tx, stopped))
    assert database.read(lambda tx: logs.log_status(tx, log_id)) == stopped


def test_checkpoints_follow_one_another_under_the_newest_fence(database: Database) -> None:
    log_id = database.write(open_log)
    fence = database.write(lambda tx: lead(tx, log_id))
    for previous, size in ((None, 2), (2, 5), (5, 9)):
        row = checkpoint(log_id, size, fence)
        database.write(lambda tx, r=row, p=previous: logs.insert_checkpoint(tx, r, previous_size=p))  # type: ignore[misc]  # bound per turn
    for size, previous, with_fence, code in (
        (12, 5, fence, "checkpoint.moved-on"),
        (12, None, fence, "checkpoint.moved-on"),
        (9, 9, fence, "checkpoint.moved-on"),
        (7, 9, fence, "checkpoint.moved-on"),
        (12, 9, fence + 1, "lease.lost"),
    ):
        row = checkpoint(log_id, size, with_fence)
        with pytest.raises(Conflict) as error:
            database.write(lambda tx, r=row, p=previous: logs.insert_checkpoint(tx, r, previous_size=p))  # type: ignore[misc]  # bound per turn
        assert error.value.code == code
    assert database.read(lambda tx: logs.latest_checkpoint(tx, log_id)) == checkpoint(log_id, 9, fence)
    covering = [database.read(lambda tx, i=i: logs.checkpoint_covering(tx, log_id, i)) for i in (0, 1, 2, 8, 9)]  # type: ignore[misc]  # bound per turn
    assert [found and found.size for found in covering] == [2, 2, 5, 9, None]
    assert database.read(lambda tx: logs.checkpoint_of_size(tx, log_id, 5)) == checkpoint(log_id, 5, fence)
    assert database.read(lambda tx: logs.checkpoint_of_size(tx, log_id, 6)) is None
    assert [row.size for row in database.read(lambda tx: logs.checkpoints_after(tx, log_id, 2, limit=1))] == [5]
