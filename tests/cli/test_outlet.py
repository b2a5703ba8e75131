import asyncio
import os
import threading

import pytest

from mailtrap.cli import outlet
from mailtrap.cli.outlet import Outlet
from tests.support import WAIT


class Reader:
    """Reads a pipe in a thread of its own, from when it is told to."""

    def __init__(self) -> None:
        self._reading, self.writing = os.pipe()
        self._octets = b""
        self._thread = threading.Thread(target=self._read)

    def start(self) -> None:
        self._thread.start()

    def _read(self) -> None:
        while more := os.read(self._reading, 65536):
            self._octets += more

    def all(self) -> bytes:
        """Everything that was written."""
        os.close(self.writing)
        self._thread.join()
        os.close(self._reading)
        return self._octets


def test_what_nobody_reads_waits_and_comes_in_order() -> None:
    async def write_more_than_a_pipe_holds() -> bytes:
        reader = Reader()
        made = Outlet(reader.writing, "utf-8", skipped=str, on_broken=lambda: None)
        for number in range(50_000):
            made.write(f"{number}\n")
        await asyncio.sleep(0.01)  # the loop writes what the pipe holds, and waits
        reader.start()
        made.drain(WAIT, WAIT)
        return reader.all()

    octets = asyncio.run(write_more_than_a_pipe_holds())

    assert octets == b"".join(b"%d\n" % number for number in range(50_000))


def test_past_the_limit_lines_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "MOST_WAITING", 100_000)

    async def write_too_much() -> bytes:
        reader = Reader()
        made = Outlet(
            reader.writing, "ascii", skipped=lambda n: f"left out {n}", on_broken=lambda: None
        )
        for _ in range(30_000):
            made.write("12345678\u20ac\n")
        reader.start()
        made.drain(WAIT, WAIT)
        return reader.all()

    lines = asyncio.run(write_too_much()).splitlines()

    assert lines[0] == b"12345678\\u20ac"
    kept = len(lines) - 1
    assert lines[-1] == b"left out %d" % (30_000 - kept)
    assert kept < 15_000  # the limit, and what the pipe holds


def test_who_stops_reading_for_good_is_told_once() -> None:
    broken = []

    async def write_to_nobody() -> None:
        reader, writer = os.pipe()
        os.close(reader)
        made = Outlet(writer, "ascii", skipped=str, on_broken=lambda: broken.append("broken"))
        for _ in range(3):
            made.write("x\n")
            made.drain(1, 1)
        os.close(writer)

    asyncio.run(write_to_nobody())

    assert broken == ["broken"]


def test_a_reader_that_stays_away_is_given_up_at_the_end() -> None:
    async def stop_with_lines_waiting() -> int:
        reader, writer = os.pipe()
        made = Outlet(writer, "ascii", skipped=str, on_broken=lambda: None)
        made.write("x" * 1_000_000)
        made.drain(0.01, WAIT)
        left = len(made._waiting)
        os.close(reader)
        os.close(writer)
        return left

    assert asyncio.run(stop_with_lines_waiting()) > 0


def test_a_reader_that_reads_slowly_is_given_up_in_the_end() -> None:
    async def stop_with_a_reader_that_takes_a_piece_a_second() -> int:
        reader, writer = os.pipe()
        seconds = 0.0

        def a_second_later() -> float:
            nonlocal seconds
            os.read(reader, outlet.PIECE)
            seconds += 1
            return seconds

        made = Outlet(writer, "ascii", skipped=str, on_broken=lambda: None, clock=a_second_later)
        made.write("x" * 1_000_000)
        made.drain(WAIT, 5)
        left = len(made._waiting)
        os.close(reader)
        os.close(writer)
        return left

    assert asyncio.run(stop_with_a_reader_that_takes_a_piece_a_second()) > 0
