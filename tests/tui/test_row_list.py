"""Row list: newest first, and a cursor that belongs to its row."""

import threading
from datetime import timedelta

from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap, bring, titled


def test_the_newest_message_is_on_top() -> None:
    trap = a_trap()

    async def scene(stage: Stage) -> None:
        for subject in ("first", "second", "third"):
            bring(trap, titled(subject))
        await stage.settled()
        lines = stage.lines()
        assert "third" in lines[0]
        assert "second" in lines[1]
        assert "first" in lines[2]

    play(trap, scene)


def test_at_the_top_the_cursor_follows_the_newest_message() -> None:
    trap = a_trap()

    async def scene(stage: Stage) -> None:
        for subject in ("first", "second"):
            bring(trap, titled(subject))
            await stage.settled()
            assert stage.list.current is not None
            assert stage.list.current.subject == subject

    play(trap, scene)


def test_the_cursor_stays_on_its_message_while_mail_arrives() -> None:
    trap = a_trap()
    for number in range(50):
        bring(trap, titled(f"old {number}"))

    async def scene(stage: Stage) -> None:
        await stage.press("j", "j", "j")
        chosen = stage.list.current
        arriving = threading.Thread(
            target=lambda: [bring(trap, titled(f"new {number}")) for number in range(200)]
        )
        arriving.start()
        while arriving.is_alive():
            await stage.pilot.pause()
            assert stage.list.current is not None
            assert chosen is not None
            assert stage.list.current.id == chosen.id
        await stage.settled()
        assert stage.list.cursor == 203
        assert stage.list.newer == 200
        assert "This is old 46." in stage.text()
        assert "↑ 200 newer" in stage.text()

    play(trap, scene)


def test_the_rows_in_sight_stay_where_they_are_while_mail_arrives_above() -> None:
    trap = a_trap()
    for number in range(60):
        bring(trap, titled(f"old {number}"))

    async def scene(stage: Stage) -> None:
        await stage.press("pagedown", "pagedown")
        before = [line[:49] for line in stage.lines()[:20]]
        bring(trap, titled("new"))
        await stage.settled()
        assert [line[:49] for line in stage.lines()[:20]] == before

    play(trap, scene)


def test_going_back_to_the_top_follows_again() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    bring(trap, titled("two"))

    async def scene(stage: Stage) -> None:
        await stage.press("j")
        assert not stage.list.is_following
        await stage.press("g")
        bring(trap, titled("three"))
        await stage.settled()
        assert stage.list.current is not None
        assert stage.list.current.subject == "three"

    play(trap, scene)


def test_the_key_that_follows_ends_reading_and_follows() -> None:
    trap = a_trap()
    bring(trap, b"Subject: long\r\n\r\n" + b"".join(b"line %d\r\n" % n for n in range(99)))

    async def scene(stage: Stage) -> None:
        for reading in (("J",), ("enter", "j"), ("enter",)):
            await stage.press(*reading)
            assert "not following" in stage.text()
            await stage.press("F")
            assert "not following" not in stage.text()
            assert stage.view.scroll_offset.y == 0
            assert stage.list.has_focus
        bring(trap, titled("newest"))
        await stage.settled()
        assert "This is newest." in stage.text()
        await stage.press("F")
        assert "not following" in stage.text()

    play(trap, scene)


def test_what_is_being_read_is_not_replaced_by_the_newest() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        bring(trap, titled("two"))
        await stage.settled()
        assert "This is one." in stage.text()
        assert "↑ 1 newer" in stage.text()

    play(trap, scene)


def test_a_deleted_message_leaves_the_cursor_on_the_next_older_one() -> None:
    trap = a_trap()
    for subject in ("one", "two", "three"):
        bring(trap, titled(subject))

    async def scene(stage: Stage) -> None:
        await stage.press("j", "d")
        assert [row.subject for row in stage.app.listing.rows] == ["one", "three"]
        assert stage.list.current is not None
        assert stage.list.current.subject == "one"

    play(trap, scene)


def test_messages_dropped_for_room_leave_the_cursor_on_its_message() -> None:
    trap = a_trap(most=10)
    for number in range(10):
        bring(trap, titled(f"old {number}"))

    async def scene(stage: Stage) -> None:
        await stage.press("j", "j", "j")
        for number in range(5):
            bring(trap, titled(f"new {number}"))
        await stage.settled()
        assert stage.list.current is not None
        assert stage.list.current.subject == "old 6"
        for number in range(5):
            bring(trap, titled(f"newest {number}"))
        await stage.settled()
        assert stage.list.current.subject == "new 0"

    play(trap, scene)


def test_a_click_chooses_a_row_and_two_clicks_open_it() -> None:
    trap = a_trap()
    for subject in ("one", "two", "three"):
        bring(trap, titled(subject))

    async def scene(stage: Stage) -> None:
        await stage.pilot.click(stage.list, offset=(5, 2))
        await stage.settled()
        assert "This is one." in stage.text()
        assert stage.list.has_focus
        await stage.pilot.click(stage.list, offset=(5, 1), times=2)
        await stage.settled()
        assert "This is two." in stage.text()
        assert stage.view.has_focus

    play(trap, scene)


def test_a_session_without_mail_is_dismissed_by_the_key_that_deletes() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    Sender(trap, at=NOON + timedelta(minutes=1)).send(b"BLURB\r\n").leave()

    async def scene(stage: Stage) -> None:
        assert "500 5.5.1" in stage.text()
        await stage.press("d")
        assert "500 5.5.1" not in stage.text()

    play(trap, scene)


def test_u_goes_back_and_forth_between_read_and_unread() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        marks = []
        for _ in range(3):
            marks.append(stage.lines()[0][0])
            await stage.press("u")
        assert marks == ["●", " ", "●"]

    play(trap, scene)


def test_the_next_unread_message_is_found_around_the_end() -> None:
    trap = a_trap()
    for subject in ("one", "two", "three"):
        bring(trap, titled(subject))

    async def scene(stage: Stage) -> None:
        await stage.press("j", "k", "U")  # two and three are read now
        assert stage.list.current is not None
        assert stage.list.current.subject == "one"
        await stage.press("k", "u", "j", "U")
        assert stage.list.current.subject == "two"

    play(trap, scene)


def test_what_is_marked_elsewhere_shows_and_what_is_read_here_is_marked_there() -> None:
    trap = a_trap()
    for subject in ("one", "two"):
        bring(trap, titled(subject))
    ids = [message.id for message in trap.messages]

    async def scene(stage: Stage) -> None:
        assert "2 new" in stage.text()
        trap.mark(ids[:1], read=True)
        await stage.settled()
        assert [line[0] for line in stage.lines()[:2]] == ["●", " "]
        assert "1 new" in stage.text()
        await stage.press("enter")
        assert trap.is_read(ids[1])
        await stage.press("u")
        assert not trap.is_read(ids[1])

    play(trap, scene)


def test_the_bar_comes_with_rows_that_do_not_fit_and_knows_of_all_that_follow() -> None:
    trap = a_trap()
    bring(trap, titled("first"))

    async def scene(stage: Stage) -> None:
        bars = [stage.list.show_vertical_scrollbar]
        for number in range(100):
            bring(trap, titled(f"mail {number}"))
        await stage.settled()
        bars.append(stage.list.show_vertical_scrollbar)
        assert bars == [False, True]
        for number in range(100):
            bring(trap, titled(f"more {number}"))
        await stage.settled()
        assert stage.list.vertical_scrollbar.window_virtual_size == 201
        await stage.press("G")
        assert stage.list.scroll_offset.y == stage.list.max_scroll_y
        assert "first" in "\n".join(stage.lines())

    play(trap, scene)
