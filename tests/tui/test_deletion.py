"""Deletion: at once on the screen, and in the trap when it can no longer be taken back."""

import pytest

from mailtrap.trap import Trap
from mailtrap.tui.deletion import Deletion
from mailtrap.tui.feed import notes
from mailtrap.tui.listing import Listing
from tests.tui.pilots import Stage, play
from tests.tui.senders import Sender, a_trap_of


def subjects(stage: Stage) -> list[str]:
    return [row.subject for row in stage.app.listing.rows]


def kept(trap: Trap) -> list[str]:
    return [message.id for message in trap.messages]


def test_a_deleted_row_is_gone_at_once_and_comes_back_to_its_place_unread_as_it_was() -> None:
    trap = a_trap_of("one", "two", "three")

    async def scene(stage: Stage) -> None:
        await stage.press("j", "u", "d")
        assert subjects(stage) == ["one", "three"]
        assert "deleted, Z brings it back" in stage.text()
        assert len(trap.messages) == 3
        await stage.press("Z")
        assert subjects(stage) == ["one", "two", "three"]
        assert "deleted" not in stage.text()
        assert stage.list.current is not None
        assert (stage.list.current.subject, stage.list.current.unread) == ("two", True)
        await stage.press("Z")
        assert subjects(stage) == ["one", "two", "three"]

    play(trap, scene)
    assert len(trap.messages) == 3


def test_the_next_deletion_makes_the_one_before_final() -> None:
    trap = a_trap_of("one", "two", "three")

    async def scene(stage: Stage) -> None:
        await stage.burst("d", "d")
        assert subjects(stage) == ["one"]
        assert kept(trap) == ["test-1-1", "test-2-1"]
        await stage.press("Z")
        assert subjects(stage) == ["one", "two"]

    play(trap, scene)


def test_when_its_time_is_over_a_deletion_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailtrap.tui.keeping.GRACE", 0.01)
    trap = a_trap_of("one", "two")

    async def scene(stage: Stage) -> None:
        await stage.press("d")
        await stage.until(lambda: kept(trap) == ["test-1-1"])
        await stage.settled()
        assert "deleted" not in stage.text()
        assert subjects(stage) == ["one"]

    play(trap, scene)


def test_quitting_makes_a_deletion_final() -> None:
    trap = a_trap_of("one", "two")

    async def scene(stage: Stage) -> None:
        await stage.press("d")

    play(trap, scene)
    assert kept(trap) == ["test-1-1"]


def test_the_last_row_can_be_taken_back_too() -> None:
    trap = a_trap_of("one")

    async def scene(stage: Stage) -> None:
        await stage.press("d")
        assert "Waiting for mail" in stage.text()
        assert "Z brings it back" in stage.text()
        await stage.press("Z")
        assert "This is one." in stage.text()

    play(trap, scene)


def test_a_message_the_store_dropped_meanwhile_does_not_come_back() -> None:
    trap = a_trap_of("one", "two")

    async def scene(stage: Stage) -> None:
        await stage.press("j", "d")
        trap.remove(["test-1-1"])
        await stage.settled()
        await stage.press("Z")
        assert subjects(stage) == ["two"]

    play(trap, scene)


def test_between_the_end_of_its_time_and_the_word_of_the_trap_it_stays_hidden() -> None:
    trap = a_trap_of("one", "two")
    listing = Listing(trap)
    listing.load()
    heard = []
    trap.subscribe(lambda event: heard.extend(notes(event)))
    deletion = Deletion(trap, listing, print)

    deletion.begin(listing.rows[:1])
    deletion.finish()

    assert kept(trap) == ["test-2-1"]
    assert [row.subject for row in listing.rows] == ["two"]
    listing.take(heard)
    assert [row.subject for row in listing.rows] == ["two"]


def test_what_is_marked_is_deleted_together_when_asked_twice_and_comes_back_together() -> None:
    trap = a_trap_of("one", "two", "three", "four")

    async def scene(stage: Stage) -> None:
        await stage.press("m", "j", "m", "d")
        assert "delete the 2 marked rows? d again deletes" in stage.text()
        await stage.press("j")
        assert len(subjects(stage)) == 4
        await stage.press("d", "d")
        assert subjects(stage) == ["one", "three"]
        assert "2 deleted, Z brings them back" in stage.text()
        assert "marked" not in stage.text()
        await stage.press("Z")
        assert subjects(stage) == ["one", "two", "three", "four"]
        assert "2 marked" in stage.text()
        await stage.press("d", "d")

    play(trap, scene)
    assert kept(trap) == ["test-1-1", "test-3-1"]


def test_who_is_asked_about_marked_rows_is_told_how_many_a_filter_hides() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m", "m", "slash", *"two", "enter", "d")
        assert "delete the 2 marked rows (1 not shown)? d again" in stage.text()

    play(a_trap_of("one", "two", "three"), scene)


def test_what_comes_back_may_be_nothing_that_a_filter_shows() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("d", "slash", *"four", "enter", "Z")
        assert subjects(stage) == ["one", "two"]
        assert stage.list.cursor == 0

    play(a_trap_of("one", "two"), scene)


def test_where_there_is_nothing_to_bring_back_that_is_told() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("Z")
        assert "nothing to bring back" in stage.text()

    play(a_trap_of("one"), scene)


@pytest.mark.parametrize("asks", ["D", "q"])
@pytest.mark.parametrize("other", ["d", "u"])
def test_a_key_that_says_no_to_a_question_does_nothing_else(asks: str, other: str) -> None:
    async def scene(stage: Stage) -> None:
        before = stage.app.listing.rows[:]
        await stage.press(asks)
        assert "any other key" in stage.text()
        await stage.press(other)
        assert stage.app.listing.rows == before
        assert "any other key" not in stage.text()
        await stage.press("u")
        assert stage.app.listing.rows != before

    play(a_trap_of("one", "two"), scene)


def test_a_session_among_what_is_marked_is_only_no_longer_shown() -> None:
    trap = a_trap_of("one")
    Sender(trap).send(b"HELO app\r\n").leave()

    async def scene(stage: Stage) -> None:
        await stage.press("g", "m", "m", "d", "d")
        assert stage.app.listing.rows == []

    play(trap, scene)
    assert not trap.messages
    assert len(trap.sessions) == 2


def test_everything_is_deleted_when_asked_twice() -> None:
    trap = a_trap_of("one", "two")
    Sender(trap).send(b"HELO app\r\n").leave()

    async def scene(stage: Stage) -> None:
        await stage.press("D")
        assert "delete 2 messages for good? D again deletes" in stage.text()
        await stage.press("j")
        assert len(trap.messages) == 2
        await stage.press("D", "D")
        assert "Waiting for mail" in stage.text()
        assert "  following" in stage.text()

    play(trap, scene)
    assert not trap.messages
    assert not trap.sessions
