from hashlib import sha256

from ledger.core.log.hashing import EMPTY_ROOT, leaf_hash, node_hash, same_digest


def test_known_hashes_of_rfc_6962_are_reproduced() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_node_and_a_leaf_of_the_same_bytes_differ() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node_hash(left, right) == sha256(b"\x01" + left + right).digest()
    assert bytes(node_hash(left, right)) != leaf_hash(left + right)
    assert node_hash(left, right) != node_hash(right, left)


def test_only_equal_digests_are_the_same() -> None:
    assert same_digest(EMPTY_ROOT, bytes(EMPTY_ROOT))
    assert not same_digest(EMPTY_ROOT, leaf_hash(b""))
    assert not same_digest(EMPTY_ROOT, EMPTY_ROOT[:31])
