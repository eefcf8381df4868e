import os
import threading

import pytest

from api.commands.processors import keep_to, spread


def test_as_many_processes_as_processors_share_none() -> None:
    ours = os.sched_getaffinity(0)
    assert set(spread(len(ours))) == ours


def test_one_process_more_than_processors_comes_beside_the_first() -> None:
    count = len(os.sched_getaffinity(0))
    given = spread(count + 1)
    assert given[count] == given[0]


@pytest.mark.parametrize("processor", [None, min(os.sched_getaffinity(0))])
def test_a_thread_and_those_it_starts_keep_to_a_processor_and_others_stay_free(processor: int | None) -> None:
    before, found = os.sched_getaffinity(0), []

    def note() -> None:
        found.append(os.sched_getaffinity(0))

    def serve() -> None:
        keep_to(processor)
        note()
        started = threading.Thread(target=note)
        started.start()
        started.join()

    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    assert found == [before if processor is None else {processor}] * 2
    assert os.sched_getaffinity(0) == before
