"""The certificates of a process are made once, whoever is first."""

import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mailtrap.testing import authority as module
from mailtrap.testing.authority import Authority
from tests.support import WAIT


class Slow:
    """Something that is done in one thread while another asks for it."""

    def __init__(self) -> None:
        self.count = 0
        self._has_begun, self._may_end = threading.Event(), threading.Event()

    def work(self) -> None:
        self.count += 1
        self._has_begun.set()
        assert self._may_end.wait(WAIT)

    @contextmanager
    def asked_twice(self, ask: Callable[[], Any]) -> Iterator[list[Future[Any]]]:
        """While the first is at work the second has to wait."""
        with ThreadPoolExecutor(2) as threads:
            try:
                first = threads.submit(ask)
                assert self._has_begun.wait(WAIT)
                second = threads.submit(ask)
                with pytest.raises(TimeoutError):
                    second.result(0.1)
            finally:
                self._may_end.set()
            yield [first, second]


@pytest.mark.parametrize("name", ["ca", "bundle"])
def test_a_file_is_whole_for_whoever_asks_while_it_is_written(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, slow = Authority(), Slow()
    authority.certificates.context()
    assert name == "ca" or authority.ca.exists()  # the bundle has it in it
    write = Path.write_bytes

    def write_slowly(path: Path, octets: bytes) -> int:
        write(path, b"")
        slow.work()
        return write(path, octets)

    monkeypatch.setattr(Path, "write_bytes", write_slowly)
    with slow.asked_twice(lambda: getattr(authority, name).read_bytes()) as asked:
        for each in asked:
            context = ssl.create_default_context(cadata=each.result(WAIT).decode())
            assert context.get_ca_certs()


def test_there_is_one_whichever_thread_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()

    class Made:
        def __init__(self) -> None:
            slow.work()

    monkeypatch.setattr(module, "_only_one", cache(Made))
    with slow.asked_twice(module.authority) as asked:
        assert len({id(each.result(WAIT)) for each in asked}) == 1
    assert slow.count == 1
