import pytest
from sqlalchemy import Connection

from ledger.errors import Conflict
from ledger.storage import anchors
from ledger.storage.database import Database
from ledger.storage.logs import insert_checkpoint
from support.storage_rows import AT, checkpoint, lead, open_log


def log_with_checkpoints(tx: Connection) -> int:
    log_id = open_log(tx)
    fence = lead(tx, log_id)
    for previous, size in ((None, 2), (2, 5)):
        insert_checkpoint(tx, checkpoint(log_id, size, fence), previous_size=previous)
    return log_id


def attempt(log_id: int, size: int, name: bytes, replaces: int | None = None) -> anchors.NewAttempt:
    return anchors.NewAttempt(
        log_id=log_id,
        size=size,
        root=bytes(32),
        nonce=7,
        sender=bytes(20),
        raw_transaction=b"raw" + name,
        transaction_hash=name,
        replaces=replaces,
        created_at=AT,
    )


def event(database: Database, attempt_id: int, state: str, block: int | None = None) -> None:
    new = anchors.NewEvent(attempt_id=attempt_id, state=state, at=AT, block_number=block)
    database.write(lambda tx: anchors.append_event(tx, new))


def test_an_attempt_is_stored_before_it_is_sent_and_only_once(database: Database) -> None:
    log_id = database.write(log_with_checkpoints)
    attempt_id = database.write(lambda tx: anchors.insert_attempt(tx, attempt(log_id, 2, b"t1")))
    with pytest.raises(Conflict) as error:
        database.write(lambda tx: anchors.insert_attempt(tx, attempt(log_id, 5, b"t1")))
    assert error.value.code == "anchor.exists"
    (row,) = database.read(anchors.open_attempts)
    assert (row.id, row.state, row.raw_transaction, row.size) == (attempt_id, "signed", b"rawt1", 2)


def test_an_attempt_for_a_size_without_checkpoint_is_refused(database: Database) -> None:
    log_id = database.write(log_with_checkpoints)
    with pytest.raises(Conflict) as error:
        database.write(lambda tx: anchors.insert_attempt(tx, attempt(log_id, 3, b"t1")))
    assert error.value.code == "database.refused"


def test_the_state_is_the_newest_event_even_after_a_reorganisation(database: Database) -> None:
    log_id = database.write(log_with_checkpoints)
    first = database.write(lambda tx: anchors.insert_attempt(tx, attempt(log_id, 2, b"t1")))
    second = database.write(lambda tx: anchors.insert_attempt(tx, attempt(log_id, 5, b"t2", replaces=first)))
    for state in ("sent", "mined", "reorged"):
        event(database, first, state, 9)
    assert [row.state for row in database.read(lambda tx: anchors.open_attempts(tx, log_id))] == ["reorged", "signed"]
    assert database.read(lambda tx: anchors.latest_anchor(tx, log_id)) is None
    event(database, first, "replaced")
    event(database, second, "mined", 12)
    found = database.read(lambda tx: anchors.attempt(tx, second))
    assert found is not None
    assert (found.state, found.block_number, found.replaces) == ("mined", 12, first)
    assert [row.id for row in database.read(anchors.open_attempts)] == [second]
    assert [row.id for row in database.read(lambda tx: anchors.anchors_after(tx, log_id, first))] == [second]


def test_a_final_anchor_is_preferred_and_must_cover_the_size(database: Database) -> None:
    log_id = database.write(log_with_checkpoints)
    small = database.write(lambda tx: anchors.insert_attempt(tx, attempt(log_id, 2, b"t1")))
    large = database.write(lambda tx: anchors.insert_attempt(tx, attempt(log_id, 5, b"t2")))
    event(database, small, "mined")
    event(database, large, "final")
    covering = [database.read(lambda tx, s=s: anchors.anchor_covering(tx, log_id, s)) for s in (1, 3, 6)]  # type: ignore[misc]  # bound per turn
    assert [row and row.id for row in covering] == [large, large, None]
    latest = database.read(lambda tx: anchors.latest_anchor(tx, log_id))
    assert latest is not None
    assert latest.id == large


def test_a_proof_is_stored_once(database: Database) -> None:
    log_id = database.write(log_with_checkpoints)
    attempt_id = database.write(lambda tx: anchors.insert_attempt(tx, attempt(log_id, 2, b"t1")))
    assert database.read(lambda tx: anchors.proof_of(tx, attempt_id)) is None
    proof = anchors.ProofRow(attempt_id, b"header", b"{}", AT)
    assert database.write(lambda tx: anchors.insert_proof(tx, proof))
    assert not database.write(lambda tx: anchors.insert_proof(tx, anchors.ProofRow(attempt_id, b"other", b"", AT)))
    assert database.read(lambda tx: anchors.proof_of(tx, attempt_id)) == proof
