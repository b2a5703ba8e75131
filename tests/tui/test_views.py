"""Mail, Sessions and Problems, and how they share the screen."""

import re

import pytest

from mailtrap.tui import background
from mailtrap.tui.session_cells import session_cells
from mailtrap.tui.view_bar import ViewBar
from tests.tui.letters import UNIX, bring_letter, greet, post
from tests.tui.pilots import Stage, play
from tests.tui.senders import Sender, a_trap
from tests.tui.story import NOW, a_short_story


def test_the_bar_counts_and_a_click_shows_a_view() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.text().startswith(" 1 Mail 3  2 Sessions 8  3 Problems ")
        await stage.pilot.click(ViewBar, offset=(14, 0))
        await stage.settled()
        assert "live.example.org" in stage.text()
        await stage.pilot.click(ViewBar, offset=(2, 0))
        await stage.settled()
        assert "Hello" in stage.text()

    play(a_short_story(), scene, now=lambda: NOW)


def test_open_sessions_are_first_and_their_transcript_is_live() -> None:
    trap = a_short_story()
    live = Sender(trap, at=NOW).send(b"EHLO first.example.org\r\n")

    async def scene(stage: Stage) -> None:
        await stage.press("2")
        assert stage.app._session_list.current == live.id
        live.send(b"NOOP still here\r\n")
        await stage.settled()
        assert "C: NOOP still here" in stage.text()
        await stage.press("j")
        other = stage.app._session_list.current
        live.leave()
        await stage.settled()
        assert stage.app._session_list.current == other

    play(trap, scene, now=lambda: NOW, size=(120, 40))


def test_the_headline_of_a_session_says_what_it_brought_by_now() -> None:
    trap = a_trap()
    client = greet(trap)

    async def scene(stage: Stage) -> None:
        await stage.press("2")
        post(client)
        await stage.settled()
        stage.app._tick()
        await stage.settled()
        assert "open, brought 1 message so far" in stage.text()
        client.send(b"QUIT\r\n")
        await stage.settled()
        stage.app._tick()
        await stage.settled()
        assert "open, brought" not in stage.text()
        assert "brought 1 message" in stage.text()

    play(trap, scene, now=lambda: NOW, size=(120, 40))


def test_the_headline_of_a_session_is_its_own_also_where_another_brought_as_much() -> None:
    trap = a_trap()
    first, second = greet(trap), greet(trap)
    post(first)

    async def scene(stage: Stage) -> None:
        await stage.press("2")
        stage.app._tick()
        await stage.settled()
        assert "open, brought 1 message so far" in stage.text()
        await stage.press("j")
        assert "open, brought" not in stage.text()
        post(second)
        await stage.settled()
        stage.app._tick()
        await stage.settled()
        assert "open, brought 1 message so far" in stage.text()

    play(trap, scene, now=lambda: NOW, size=(120, 40))


def test_every_session_is_there_also_one_that_brought_mail() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("2", "G")
        assert "brought 1 message" in stage.text()
        assert "C: EHLO app.example.org" in stage.text()

    play(a_short_story(), scene, size=(120, 60))


def test_problems_grow_while_mail_comes() -> None:
    trap = a_trap()

    async def scene(stage: Stage) -> None:
        await stage.press("3")
        assert "no warnings or errors in the 0 messages and sessions" in stage.text()
        bring_letter(trap, UNIX)
        await stage.settled()
        assert "bare-lf-data" in stage.text()
        count = stage.app._problems.groups["bare-lf-data"].count
        bring_letter(trap, UNIX, b"other.example.org")
        await stage.settled()
        assert stage.app._problems.groups["bare-lf-data"].count == 2 * count
        trap.clear()
        await stage.settled()
        assert "bare-lf-data" not in stage.text().split("│")[0]

    play(trap, scene, size=(120, 40))


def test_enter_opens_a_rule_and_goes_to_the_line_that_broke_it() -> None:
    trap = a_trap()
    bring_letter(trap, UNIX)

    async def scene(stage: Stage) -> None:
        await stage.press("3")
        lines = stage.app._problems.ids()
        place = next(n for n, line in enumerate(lines) if line.startswith("bare-lf"))
        await stage.press(*["j"] * place, "enter", "j", "enter")
        assert stage.view.has_focus
        text = stage.text()
        assert "bare-lf" in text.split("│", 1)[1]
        await stage.press("escape")
        assert stage.app._problem_list.has_focus

    play(trap, scene, size=(120, 40))


def test_the_issue_of_a_rule_in_problems_is_the_one_selected() -> None:
    trap = a_trap()
    bring_letter(trap, UNIX.partition(b"\n")[2])

    async def scene(stage: Stage) -> None:
        await stage.press("3")
        rules = stage.app._problems.ids()
        assert len(rules) > 1
        for rule in rules:
            await stage.press("i")
            assert re.search(rf"▸.  {rule} ", stage.text())
            await stage.press("j")

    play(trap, scene, size=(120, 40))


@pytest.mark.parametrize(
    ("sent", "reason", "mark", "told"),
    [
        (b"GET / HTTP/1.1\r\n", "not-smtp", "✗", "spoke HTTP"),
        (b"\x16\x03\x01\x00\x01\x01", "eof", "✗", "began with TLS"),
        (b"HELO x\r\nMAIL FROM:<>\r\n", "reset", "✗", "reset without mail, after…"),
        (b"HELO x\r\nQUIT\r\n", "quit", " ", "left after HELO x"),
    ],
)
def test_sessions_say_in_words_why_they_brought_nothing(
    sent: bytes, reason: str, mark: str, told: str
) -> None:
    session = Sender(a_trap()).send(sent).leave(reason)

    line = "".join(text for text, _ in session_cells(session, 80, NOW))
    assert line[0] == mark
    assert line.rstrip().endswith(f"ms  {told}")


def test_esc_is_in_the_line_of_keys_only_while_there_is_a_filter() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", "o", "enter")
        assert "esc Back" in stage.lines()[-1]
        await stage.press("escape")
        assert "esc Back" not in stage.lines()[-1]

    play(a_short_story(), scene)


def test_a_filter_from_another_view_says_what_it_is_for() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("2", "slash")
        assert re.search(r"/▏  \d+ rows of Mail", stage.text())

    play(a_short_story(), scene)


def test_who_reads_beside_a_list_still_sees_all_of_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("minus")
        height = stage.list.size.height
        await stage.press("enter")
        assert stage.list.size.height == height

    play(a_short_story(), scene, size=(80, 24))


def test_the_severity_of_problems_is_chosen() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("3")
        warnings = len(stage.app._problems.ids())
        await stage.press("w")
        everything = len(stage.app._problems.ids())
        await stage.press("w")
        errors = len(stage.app._problems.ids())
        assert errors < warnings < everything

    play(a_short_story(), scene)


def test_the_tab_that_problems_show_is_not_the_one_chosen_for_mail() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("G", "3", "1")
        assert stage.app._detail.tab == "text"

    play(a_short_story(), scene)


def test_keys_about_mail_do_nothing_in_other_views() -> None:
    async def scene(stage: Stage) -> None:
        before = len(stage.app.listing.rows)
        await stage.press("2", "d", "u", "m")
        assert len(stage.app.listing.rows) >= before  # the open session may get its row
        assert "marked" not in stage.text()
        assert "Delete" not in stage.text()

    play(a_short_story(), scene)


def test_panes_are_turned_round_and_split_otherwise() -> None:
    async def scene(stage: Stage) -> None:
        usual = stage.list.size
        await stage.press("minus")
        assert stage.list.size.width == 120
        assert stage.list.size.height < usual.height
        await stage.press("minus", "plus")
        assert stage.list.size.width > usual.width
        await stage.press("underscore", "underscore")
        assert stage.list.size.width < usual.width

    play(a_short_story(), scene, size=(120, 40))


def test_the_palette_finds_messages_by_subject_and_does_actions() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("colon", *"482913")
        await stage.until(lambda: "Your code: 482913" in stage.text())
        await stage.press("down", "enter")
        await stage.until(lambda: len(stage.app.screen_stack) == 1)
        await stage.until(lambda: "This is Your code" in stage.text())
        await stage.press("ctrl+p", *"every connection")
        await stage.until(lambda: "Sessions: every" in stage.text())
        await stage.press("down", "enter")
        await stage.until(lambda: stage.app._view == "sessions")

    play(a_short_story(), scene)


@pytest.mark.parametrize(
    ("answer", "is_light"),
    [
        (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;c", True),
        (b"\x1b]11;rgb:1e/1e/1e\x07", False),
        (b"\x1b[?1;2c", None),
        (b"", None),
    ],
)
def test_the_terminal_says_whether_it_is_light(answer: bytes, is_light: bool | None) -> None:  # noqa: FBT001 - a parameter
    assert background.is_light(answer) is is_light
