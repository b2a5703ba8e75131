"""Diagnoses: found once, in a thread of their own, and anew where there is more."""

import threading
from collections.abc import Callable, Iterator

import pytest

from mailtrap.inspection import Findings, Inspector
from mailtrap.trap import Trap
from mailtrap.tui import diagnoses as module
from mailtrap.tui.diagnoses import Diagnoses
from mailtrap.tui.issues import Diagnosis
from mailtrap.tui.rows import Row, message_row, session_row
from tests.tui.letters import UNDATED, bring_letter, greet
from tests.tui.senders import Sender, a_trap

PATIENCE = 10.0  # seconds


class Asker:
    """Asks until it is known."""

    def __init__(self, trap: Trap) -> None:
        self.told = threading.Event()
        self.diagnoses = Diagnoses(trap, self.told.set)
        self.diagnoses.start()

    def ask(self, row: Row) -> Diagnosis:
        """What is wrong with that row."""
        while True:
            self.told.clear()
            found = self.diagnoses.of(row)
            if self.diagnoses.is_idle and found is not None:
                return found
            assert self.told.wait(PATIENCE)


@pytest.fixture
def trap() -> Trap:
    return a_trap()


@pytest.fixture
def asker(trap: Trap) -> Iterator[Asker]:
    made = Asker(trap)
    yield made
    made.diagnoses.stop()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Each look at a message or session, and the thread it happened in."""
    seen: list[tuple[str, str]] = []

    def noted(do: Callable[[Inspector, str], Findings]) -> Callable[[Inspector, str], Findings]:
        def look(inspector: Inspector, subject: str) -> Findings:
            seen.append((subject, threading.current_thread().name))
            return do(inspector, subject)

        return look

    monkeypatch.setattr(Inspector, "message", noted(Inspector.message))
    monkeypatch.setattr(Inspector, "session", noted(Inspector.session))
    return seen


def an_undated_row(trap: Trap) -> Row:
    bring_letter(trap, UNDATED)
    return message_row(trap.messages[-1], 1)


def row_of(client: Sender) -> Row:
    return session_row(client.session, 1)


def test_what_is_not_known_yet_is_known_soon(trap: Trap, asker: Asker) -> None:
    row = an_undated_row(trap)

    assert asker.diagnoses.of(row) is None
    assert [issue.rule.id for issue in asker.ask(row).issues] == ["header-missing-date"]


def test_nothing_is_looked_at_twice_or_by_the_one_who_asks(
    trap: Trap, asker: Asker, looks: list[tuple[str, str]]
) -> None:
    row = an_undated_row(trap)

    first = asker.ask(row)
    again = asker.ask(row)

    assert again is first
    thread = "mailtrap-issues"
    assert sorted(looks) == [(row.session, thread), (row.id, thread)]


def test_a_session_that_changed_is_looked_at_again_and_shown_as_it_was_meanwhile(
    trap: Trap, asker: Asker
) -> None:
    client = greet(trap)
    before = asker.ask(row_of(client))
    client.send(b"BLURB\r\n")
    asker.diagnoses.changed({client.id})

    meanwhile = asker.diagnoses.of(row_of(client))
    after = asker.ask(row_of(client))

    assert before.issues == ()
    assert meanwhile is before
    assert after.issues != ()


def test_a_session_that_changed_just_as_it_was_looked_at_is_looked_at_again(
    trap: Trap, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_looked_at, goes_on = threading.Event(), threading.Event()
    look = Inspector.session

    def slow(inspector: Inspector, session_id: str) -> Findings:
        found = look(inspector, session_id)
        is_looked_at.set()
        assert goes_on.wait(PATIENCE)
        return found

    def let_it_be_found() -> None:
        goes_on.set()
        assert asker.told.wait(PATIENCE)

    class Asked(set[tuple[str, bool]]):
        def copy(self) -> set[tuple[str, bool]]:
            copied = set(self)
            let_it_be_found()
            return copied

    class Found(dict[str, Findings]):
        def copy(self) -> dict[str, Findings]:
            copied = dict(self)
            let_it_be_found()
            return copied

    monkeypatch.setattr(Inspector, "session", slow)
    client = greet(trap)
    asker.diagnoses.of(row_of(client))
    assert is_looked_at.wait(PATIENCE)
    client.send(b"BLURB\r\n")
    asker.diagnoses._asked = Asked(asker.diagnoses._asked)
    asker.diagnoses._found = Found(asker.diagnoses._found)
    asker.diagnoses.changed({client.id})

    assert asker.ask(row_of(client)).issues != ()


def test_what_may_have_changed_anywhere_is_looked_at_again(trap: Trap, asker: Asker) -> None:
    client = greet(trap)
    asker.ask(row_of(client))
    client.send(b"BLURB\r\n")
    asker.diagnoses.changed((), all_of_them=True)

    assert asker.ask(row_of(client)).issues != ()


def test_a_rule_that_fails_is_told_and_not_tried_again(
    trap: Trap, asker: Asker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_inspector: Inspector, _message: str) -> Findings:
        raise ValueError

    monkeypatch.setattr(Inspector, "message", fail)

    found = asker.ask(an_undated_row(trap))

    assert found.caveats == ("The rules failed on this message: a defect of mailtrap.",)
    assert "the rules failed on test-1-1" in caplog.text


def test_what_is_remembered_is_bounded_and_found_again(
    trap: Trap, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 4)
    rows = [an_undated_row(trap) for _ in range(5)]

    for row in [*rows, rows[0]]:
        assert asker.ask(row).wrong == 1
        assert len(asker.diagnoses._found) <= 4


def test_a_list_that_flies_by_does_not_pile_up(trap: Trap) -> None:
    waiting = Diagnoses(trap, lambda: None)  # nobody works
    rows = [an_undated_row(trap) for _ in range(module.MOST_WAITING)]

    for row in rows:
        waiting.of(row)

    assert len(waiting._asked) == module.MOST_WAITING
