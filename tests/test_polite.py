import logging
import threading
import time

import pytest

from mailtrap.polite import PoliteWorker

WAIT = 10.0


def test_what_is_offered_is_done_in_order_in_another_thread() -> None:
    done: list[tuple[int, str]] = []
    worker = PoliteWorker[int](
        lambda item: done.append((item, threading.current_thread().name)), "helper"
    )
    worker.start()
    for item in range(5):
        assert worker.offer(item)

    assert worker.stop(WAIT) == 0
    assert done == [(item, "helper") for item in range(5)]


def test_too_many_are_refused() -> None:
    worker = PoliteWorker[int](lambda _item: None, "helper", most_waiting=2)

    assert [worker.offer(item) for item in range(3)] == [True, True, False]


def test_an_item_that_fails_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def work(item: int) -> None:
        if item == 0:
            raise ValueError("bad item")
        done.append(item)

    worker = PoliteWorker[int](work, "helper")
    worker.start()
    with caplog.at_level(logging.ERROR, "mailtrap.polite"):
        worker.offer(0)
        worker.offer(1)
        assert worker.stop(WAIT) == 0

    assert done == [1]
    assert "bad item" in caplog.text


def test_it_rests_while_more_keeps_coming() -> None:
    began: list[float] = []
    is_done = threading.Event()

    def work(item: int) -> None:
        began.append(time.monotonic())
        until = time.monotonic() + 0.005
        while time.monotonic() < until:
            pass
        if item == 1:
            is_done.set()

    worker = PoliteWorker[int](work, "helper")
    worker.start()
    worker.offer(0)
    worker.offer(1)
    assert is_done.wait(WAIT)
    worker.stop(WAIT)

    assert began[1] - began[0] >= 0.05  # ten times as long, the work included


def test_stopping_does_not_wait_for_a_rest_or_for_work_that_takes_too_long() -> None:
    is_busy, go_on = threading.Event(), threading.Event()

    def work(_item: int) -> None:
        is_busy.set()
        go_on.wait(WAIT)

    worker = PoliteWorker[int](work, "helper")
    worker.start()
    for item in range(3):
        worker.offer(item)
    assert is_busy.wait(WAIT)

    assert worker.stop(0.01) == 3
    go_on.set()
