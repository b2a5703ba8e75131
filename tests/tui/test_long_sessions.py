"""A connection that brought thousands of messages: no paint reads all of it again."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mailtrap.session import Command, Entry, Session
from mailtrap.transcript import Line, lines
from mailtrap.trap import Trap
from mailtrap.tui import conversation, detail
from mailtrap.tui.conversation import SessionDocument
from mailtrap.tui.rows import whole_session_row
from tests.tui.letters import bring_letter
from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap

ENTRIES = 400
FEW = 20  # entries


class Counted(tuple[Entry, ...]):
    """A transcript that counts which of its entries are looked at."""

    looked_at = 0

    def __iter__(self) -> Iterator[Entry]:
        for entry in super().__iter__():
            Counted.looked_at += 1
            yield entry

    def __reversed__(self) -> Iterator[Entry]:
        for index in range(len(self) - 1, -1, -1):
            Counted.looked_at += 1
            yield self[index]


def counted(session: Session) -> Session:
    """The same session with a transcript that counts."""
    return replace(session, transcript=Counted(session.transcript))


def a_long_session(trap: Trap) -> Sender:
    """One that is open."""
    client = Sender(trap).send(b"EHLO app.example.org\r\n")
    while len(client.session.transcript) < ENTRIES:
        client.send(b"NOOP again\r\n")
    return client


def test_what_was_found_in_a_transcript_is_not_looked_for_again() -> None:
    session = counted(a_long_session(a_trap()).session)

    def ask() -> list[Any]:
        return [
            session.greeting,
            session.client_name,
            session.tls,
            session.authenticated,
            session.message_ids,
            session.octets,
        ]

    before = ask()
    Counted.looked_at = 0

    assert ask() == before
    assert Counted.looked_at == 0


def test_neither_keys_nor_the_passing_of_time_read_a_long_session_again() -> None:
    trap = a_trap()
    client = a_long_session(trap)
    trap._recordings[client.id].snapshot = counted(client.session)

    async def scene(stage: Stage) -> None:
        await stage.press("2")
        Counted.looked_at = 0
        stage.app._tick()
        stage.app.refresh_bindings()
        stage.app._session_list.repaint()
        await stage.settled()
        assert Counted.looked_at < FEW

    play(trap, scene, now=lambda: NOON)


def test_lines_that_were_made_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    trap = Trap(a_trap()._store, max_entries=ENTRIES)
    client = a_long_session(trap)
    for _ in range(ENTRIES):
        client.send(b"NOOP\r\n")
    document = SessionDocument(client.session)
    made: list[Entry] = []

    def counting(entries: list[Entry], *, show_secrets: bool) -> Iterator[Line]:
        made.extend(entries)
        return lines(entries, show_secrets=show_secrets)

    monkeypatch.setattr(conversation, "lines", counting)

    client.send(b"NOOP\r\n")  # others are folded for it
    document.follow(client.session)
    document.remark({0: [("error", "a-rule: x")]}, 0)

    assert len(made) < FEW
    now = SessionDocument(client.session, {0: [("error", "a-rule: x")]})
    assert [document.line(n) for n in range(len(document))] == [
        now.line(n) for n in range(len(now))
    ]


def test_a_long_transcript_is_read_in_a_thread_and_goes_on_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(detail, "AT_ONCE", FEW)
    held = threading.Event()
    trap = a_trap()
    bring_letter(trap)
    client = a_long_session(trap)

    async def scene(stage: Stage) -> None:
        stage.app._detail._reader._thread.submit(held.wait)
        try:
            await stage.press("2")
            assert "Reading…" in stage.text()
            client.send(b"NOOP meanwhile\r\n")
            await stage.press("f")
        finally:
            held.set()
        await stage.until(lambda: "C: NOOP meanwhile" in stage.text())
        assert "still open" in stage.text()
        client.send(b"NOOP later\r\n")
        await stage.settled()
        assert "C: NOOP later" in stage.text()
        await stage.press("f", "g", "enter", "g")
        assert "more lines (f)" in stage.text()

    play(trap, scene, size=(120, 30), now=lambda: NOON)


def test_a_problem_is_shown_where_it_is_also_in_a_long_transcript(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(detail, "AT_ONCE", FEW)
    trap = a_trap()
    client = a_long_session(trap)
    client.send(b"RCPT TO:<the-wrong-place@example.org>\r\n")
    wrong = client.session.transcript[-2]
    for _ in range(ENTRIES):
        client.send(b"NOOP\r\n")
    assert isinstance(wrong, Command)

    async def scene(stage: Stage) -> None:
        await stage.press("3")
        row = whole_session_row(client.session)
        stage.app._detail.show_place(row, wrong.offset, "some-rule")
        await stage.until(lambda: "C: RCPT TO:<the-wrong-place" in stage.text())

    play(trap, scene, size=(140, 40), now=lambda: NOON)
