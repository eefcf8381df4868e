"""What is there before an installation is opened: the socket, and HTTP processes that wait for their order."""

import os
from pathlib import Path

import psutil
import pytest

from api.commands.http_processes import front
from api.settings import Settings
from ledger.errors import Conflict


def settings_in(folder: Path, port: int = 0) -> Settings:
    return Settings(data=folder / "data", port=port, processes=2)


def children() -> set[int]:
    return {each.pid for each in psutil.Process(os.getpid()).children()}


def test_a_taken_port_is_refused_before_anything_is_started_or_made(tmp_path: Path) -> None:
    with front(settings_in(tmp_path).model_copy(update={"processes": 0})) as first:
        before = children()
        port = first.listener.getsockname()[1]
        with pytest.raises(Conflict) as refused, front(settings_in(tmp_path, port)):
            pass
        assert refused.value.code == "service.port-in-use"
        assert children() == before
    assert list(tmp_path.iterdir()) == []


def test_processes_that_get_no_order_hear_no_ctrl_c_and_end_with_the_block(tmp_path: Path) -> None:
    before = children()
    with front(settings_in(tmp_path)) as waiting:
        started = children() - before
        assert len(waiting.places) == len(started)
        assert os.getpgrp() not in {os.getpgid(each) for each in started}  # Ctrl-C is not for them
    assert children() == before
