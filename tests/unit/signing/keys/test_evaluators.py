import pickle
from pathlib import Path

import pytest

from signing.errors import KeyUnavailable
from signing.keys.evaluators import keep_share, load_share
from signing.oprf.group import times_base
from signing.oprf.protocol import blind
from signing.oprf.threshold import MODE, check_part
from support.oprf import scalar_named
from support.passphrases import DRAWN

EPOCH = bytes(range(32))
SECRET = scalar_named("share")
PASSPHRASE = DRAWN.encode()


def test_a_share_is_kept_and_answers_for_its_epoch(tmp_path: Path) -> None:
    path = tmp_path / "share"
    kept = keep_share(path, epoch=EPOCH, index=2, secret=SECRET, passphrase=PASSPHRASE)
    share = load_share(path, epoch=EPOCH, passphrase=PASSPHRASE)
    blinded = [blind(MODE, b"subject", scalar_named("blind"))]
    part = share.evaluate(blinded, bytes(32))
    check_part(part, blinded, {2: times_base(SECRET)})
    assert kept.evaluate(blinded, bytes(32)) == part
    assert SECRET.hex() not in repr(share) + path.read_text()
    with pytest.raises(TypeError):
        pickle.dumps(share)


def test_a_share_of_another_epoch_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "share"
    keep_share(path, epoch=EPOCH, index=2, secret=SECRET, passphrase=PASSPHRASE)
    with pytest.raises(KeyUnavailable) as error:
        load_share(path, epoch=bytes(32), passphrase=PASSPHRASE)
    assert error.value.code == "key.wrong-epoch"
    with pytest.raises(KeyUnavailable) as error:
        load_share(path, epoch=EPOCH, passphrase=b"another")
    assert error.value.code == "key.wrong-passphrase"


def test_a_file_that_is_no_share_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "share"
    path.write_bytes(b"{}")
    path.chmod(0o600)
    with pytest.raises(KeyUnavailable) as error:
        load_share(path, epoch=EPOCH, passphrase=PASSPHRASE)
    assert error.value.code == "key.malformed"
