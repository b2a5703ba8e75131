"""The log of a session, read while it grows."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from mailtrap.session import Command, Folded, Peer, Session
from mailtrap.stores.log_lines import closing_line, entry_line, log_of, opening_line
from mailtrap.stores.log_tail import PIECE, LogTail
from tests.dialogues import START

OPENED = Session("t-1", Peer("127.0.0.1", 50000), Peer("::1", 1025), START)


def noop(number: int) -> Command:
    return Command(START + timedelta(seconds=number), b"NOOP %d\r\n" % number, number)


def a_tail(tmp_path: Path, octets: bytes, *, max_entries: int = 100) -> tuple[LogTail, Path]:
    path = tmp_path / "t-1.jsonl"
    path.write_bytes(octets)
    return LogTail(str(path), max_entries=max_entries), path


def append(path: Path, octets: bytes) -> None:
    with path.open("ab") as file:
        file.write(octets)


def test_each_reading_has_what_came_since_the_one_before(tmp_path: Path) -> None:
    tail, path = a_tail(tmp_path, opening_line(OPENED) + entry_line(noop(0)))

    first = tail.read()
    append(path, entry_line(noop(1)))
    second = tail.read()
    append(path, entry_line(noop(2)) + closing_line(noop(3).at, "quit"))
    third = tail.read()

    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.is_opened, first.entries, first.is_closed) == (True, [noop(0)], False)
    assert (second.is_opened, second.entries, second.is_closed) == (False, [noop(1)], False)
    assert (third.is_opened, third.entries, third.is_closed) == (False, [noop(2)], True)
    whole = replace(OPENED, transcript=(noop(0), noop(1), noop(2)))
    assert tail.session == replace(whole, closed=noop(3).at, reason="quit")
    assert not tail.read()


def test_a_line_counts_once_it_is_whole(tmp_path: Path) -> None:
    line = entry_line(noop(1))
    tail, path = a_tail(tmp_path, opening_line(OPENED)[:20])
    assert not tail.read()

    append(path, opening_line(OPENED)[20:] + line[:20])
    assert tail.read()
    assert tail.session == OPENED
    append(path, line[20:])
    grown = tail.read()

    assert grown is not None
    assert grown.entries == [noop(1)]


def test_a_log_in_the_place_of_another_tells_what_was_missing(tmp_path: Path) -> None:
    tail, path = a_tail(tmp_path, log_of(replace(OPENED, transcript=(noop(0), noop(1)))))
    tail.read()
    folded = Folded(START, b"", 2, 20)

    path.with_name("instead").write_bytes(
        log_of(replace(OPENED, transcript=(folded, noop(2), noop(3))))
    )
    path.with_name("instead").rename(path)
    grown = tail.read()

    assert grown is not None
    assert (grown.is_opened, grown.entries) == (False, [noop(2), noop(3)])
    assert tail.session is not None
    assert tail.session.transcript == (folded, noop(2), noop(3))


def test_one_that_was_presumed_lost_ends_as_its_log_says_then(tmp_path: Path) -> None:
    tail, path = a_tail(tmp_path, log_of(replace(OPENED, transcript=(noop(0),))))
    tail.read()

    tail.presume_lost()
    assert tail.session is not None
    assert (tail.session.reason, tail.session.closed) == ("lost", noop(0).at)
    assert not tail.is_open
    append(path, closing_line(noop(9).at, "stopped"))
    grown = tail.read()

    assert not grown
    assert (tail.session.reason, tail.session.closed) == ("stopped", noop(9).at)
    assert not tail.is_presumed


def test_one_that_was_presumed_lost_and_goes_on_is_open_again(tmp_path: Path) -> None:
    tail, path = a_tail(tmp_path, log_of(replace(OPENED, transcript=(noop(0),))))
    tail.read()
    tail.presume_lost()

    append(path, entry_line(noop(1)))
    grown = tail.read()

    assert grown is not None
    assert (grown.is_opened, grown.entries, tail.is_open) == (True, [noop(1)], True)


def test_the_oldest_entries_of_an_endless_session_are_folded(tmp_path: Path) -> None:
    session = replace(OPENED, transcript=tuple(noop(number) for number in range(100)))
    tail, _ = a_tail(tmp_path, log_of(session), max_entries=10)

    tail.read()

    assert tail.session is not None
    assert len(tail.session.transcript) == 16 + 1 + 10
    assert tail.session.transcript[-1] == noop(99)


def test_a_log_that_is_gone_or_no_file_says_so_without_raising(tmp_path: Path) -> None:
    assert LogTail(str(tmp_path / "none.jsonl"), max_entries=9).read() is None
    assert not LogTail(str(tmp_path), max_entries=9).read()
    assert LogTail(str(tmp_path), max_entries=9).read() is not None
    assert not LogTail("a\0b", max_entries=9).read()


def test_a_long_log_is_read_in_pieces(tmp_path: Path) -> None:
    line = entry_line(Command(START, b"X" * PIECE))
    tail, path = a_tail(tmp_path, opening_line(OPENED) + 2 * line)

    growths = [tail.read()]
    while tail.is_behind:
        growths.append(tail.read())

    entries = [len(each.entries) for each in growths if each is not None]
    assert (entries[0], sum(entries)) == (0, 2)
    assert tail.session is not None
    assert len(tail.session.transcript) == 2
    append(path, entry_line(noop(1)))
    tail.read()
    assert not tail.is_behind


def test_what_has_no_line_is_no_log_however_large_it_is(tmp_path: Path) -> None:
    tail, path = a_tail(tmp_path, b"")
    os.truncate(path, 2**42)

    assert not tail.read()
    assert (tail.session, tail.is_behind) == (None, False)
