import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.log.compact_range import EMPTY, CompactRange, extend
from ledger.core.log.hashing import EMPTY_ROOT
from ledger.errors import InvalidInput
from support.trees import leaves_of, naive_root


def test_the_empty_range_has_the_root_of_no_leaves() -> None:
    assert EMPTY.root() == EMPTY_ROOT
    assert extend(EMPTY, []) == EMPTY


@given(st.lists(st.integers(0, 40), max_size=6))
def test_root_after_any_batches_is_the_recursive_definition(batches: list[int]) -> None:
    leaves = leaves_of(sum(batches))
    compact, done = EMPTY, 0
    for batch in batches:
        compact = extend(compact, leaves[done : done + batch])
        done += batch
    assert compact.size == done
    assert compact.root() == naive_root(leaves)


def test_a_changed_order_of_leaves_changes_the_root() -> None:
    leaves = leaves_of(7)
    assert extend(EMPTY, leaves).root() != extend(EMPTY, leaves[::-1]).root()


@pytest.mark.parametrize(("size", "nodes"), [(-1, ()), (1, ()), (2, (bytes(32), bytes(32))), (1, (bytes(31),))])
def test_a_range_whose_hashes_do_not_fit_its_size_is_refused(size: int, nodes: tuple[bytes, ...]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        CompactRange(size, nodes)
    assert refusal.value.code == "range.malformed"
