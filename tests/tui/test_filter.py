"""The filter of the list: live, narrowing, forgiving, and honest about how far it is."""

from datetime import timedelta

import pytest

from mailtrap.query import parse
from mailtrap.tui.candidates import Candidates
from mailtrap.tui.listing import Listing
from mailtrap.tui.sieve import Sieve
from mailtrap.tui.view_bar import ViewBar
from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap, a_trap_of, bring, titled
from tests.tui.story import NOW, a_short_story


def shown(stage: Stage) -> list[str]:
    return [row.subject for row in reversed(stage.list._rows)]


def test_each_letter_narrows_the_rows_and_esc_brings_all_back() -> None:
    async def scene(stage: Stage) -> None:
        stage.app._tick()  # by the clock of the story: the open session gets its row
        await stage.settled()
        everything = shown(stage)
        await stage.press("slash", "o")
        assert len(shown(stage)) > 1
        await stage.press(*"de:")
        assert shown(stage) == ["Your code: 482913"]
        assert "1 of 8" in stage.text()
        await stage.press("escape")
        assert shown(stage) == everything
        assert "/ode" not in stage.text()

    play(a_short_story(), scene, now=lambda: NOW)


def test_keys_faster_than_the_screen_are_letters_of_the_filter() -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst("slash", *"code", "enter", "j")
        assert shown(stage) == ["Your code: 482913"]

    play(a_short_story(), scene)


def test_what_matches_is_marked_in_rows() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"482")
        style = stage.list.get_component_rich_style("cursor-list--match")
        await stage.press("backspace", *"29", "enter")
        found = [s for s in stage.segments() if s.text == "4829" and s.style and s.style.underline]
        assert found  # under the cursor
        await stage.press("escape", "slash", *"o")
        marked = [s for s in stage.segments() if s.text == "o" and s.style]
        assert any(s.style and s.style.bgcolor == style.bgcolor for s in marked)

    play(a_short_story(), scene, size=(140, 30))


def test_a_wrong_filter_says_why_and_keeps_what_was_found() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"shop")
        good = shown(stage)
        await stage.press("space", *"(x")
        assert shown(stage) == good == ["Grüße 日本"]
        assert "a parenthesis is not closed" in stage.text()
        wrong = [s for s in stage.segments() if s.text == "(" and s.style and s.style.underline]
        assert wrong
        await stage.press("ctrl+u")
        assert "a parenthesis is not closed" not in stage.text()

    play(a_short_story(), scene, size=(140, 30))


def test_a_rule_that_does_not_exist_is_told_with_the_one_that_may_be_meant() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"issue:bare-lf-dta")
        assert "there is no rule 'bare-lf-dta'; did you mean bare-lf-data?" in stage.text()

    play(a_trap_of("one"), scene, size=(140, 30))


def test_nothing_found_says_of_how_many_and_the_way_out() -> None:
    async def scene(stage: Stage) -> None:
        stage.app._tick()
        await stage.settled()
        await stage.press("slash", *"from:acme", "enter")
        assert "0 of 8 match from:acme — esc clears" in stage.text()
        await stage.press("escape")
        assert len(shown(stage)) == 8

    play(a_short_story(), scene, now=lambda: NOW)


def test_mail_that_comes_is_filtered_too() -> None:
    trap = a_short_story()

    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"parcel", "enter")
        assert shown(stage) == []
        bring(trap, titled("Your parcel"), at=NOON + timedelta(seconds=200))
        bring(trap, titled("Another"), at=NOON + timedelta(seconds=201))
        await stage.settled()
        assert shown(stage) == ["Your parcel"]

    play(trap, scene)


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("is:rejected", {"550 5.1.1", "abandoned", "500 5.5.1"}),
        ("issue:header-missing-date", {"Your code", "Grüße"}),
        ("is:unread", {"Hello", "Your code", "Grüße"}),
        ("is:tls", {"open"}),
        ("body:code", {"Your code"}),
    ],
)
def test_it_asks_for_more_than_words(text: str, subjects: set[str]) -> None:
    async def scene(stage: Stage) -> None:
        stage.app._tick()  # a session that stays open has a row after a while
        await stage.press("2", "1", "slash", *text)
        found = shown(stage)
        assert len(found) == len(subjects), found
        assert all(any(row.startswith(each) for row in found) for each in subjects), found

    play(a_short_story(), scene)


def test_a_filter_and_marks_go_together() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"is:marked", "enter")
        assert shown(stage) == []
        await stage.press("escape", "m", "slash", *"is:marked", "enter")
        assert len(shown(stage)) == 1

    play(a_short_story(), scene)


def test_what_is_deleted_is_gone_under_a_filter_too() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"t", "enter", "d")
        assert shown(stage) == ["two", "ten"]
        assert "2 of 3" in stage.text()
        await stage.press("Z")
        assert shown(stage) == ["three", "two", "ten"]

    play(a_trap_of("one", "ten", "two", "three"), scene)


def test_under_a_filter_only_marked_rows_are_those_that_match() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m", "G", "m", "slash", *"subject:t", "enter", "M")
        assert shown(stage) == ["three"]
        await stage.press("slash", "ctrl+u", *"four", "enter")
        assert shown(stage) == []
        await stage.press("M", "escape")
        assert shown(stage) == ["three", "two", "one"]

    play(a_trap_of("one", "two", "three"), scene)


def test_what_is_read_is_shown_as_read_under_a_filter_and_stays_though_it_no_longer_matches() -> (
    None
):
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"is:unread", "enter", "j")
        assert [row.unread for row in stage.list._rows] == [True, False, True]
        await stage.press("u", "k")
        assert [row.unread for row in stage.list._rows] == [True, True, False]

    play(a_trap_of("one", "two", "three"), scene)


@pytest.mark.parametrize(
    ("text", "subject", "told"),
    [("one", "one", "↑ 2 newer"), ("t", "three", "following"), ("four", "three", "following")],
)
def test_once_the_filter_ends_the_cursor_is_where_it_was(
    text: str, subject: str, told: str
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *text, "enter", "enter", "escape", "escape")
        assert len(shown(stage)) == 3
        assert stage.list.current is not None
        assert stage.list.current.subject == subject
        assert f"  {told}" in stage.text()

    play(a_trap_of("one", "two", "three"), scene)


def test_a_filter_that_is_given_up_while_it_is_typed_leaves_the_newest_followed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"one", "escape")
        assert "  following" in stage.text()

    play(a_trap_of("one", "two", "three"), scene)


def test_the_line_of_a_filter_is_shown_where_it_filters() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"one", "enter", "2")
        assert "/one" not in stage.text()
        assert not stage.app.is_offered("leave")
        await stage.press("1")
        assert "/one  1 of 2" in stage.text()
        assert stage.app.is_offered("leave")

    play(a_trap_of("one", "two"), scene)


def test_a_click_on_another_view_ends_the_filter_that_is_typed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"on")
        await stage.pilot.click(ViewBar, offset=(12, 0))
        await stage.settled()
        assert "? Help" in stage.text()
        await stage.press("e", "1")
        assert "/on  1 of 2" in stage.text()

    play(a_trap_of("one", "two"), scene)


def test_work_is_done_in_pieces_and_nothing_is_lost() -> None:
    trap = a_trap()
    for number in range(500):
        bring(trap, titled(f"number {number}"))
    listing = Listing(trap)
    listing.load()
    sieve = Sieve(Candidates(trap, lambda _: (), lambda _: False))

    sieve.look_for(parse("number", now=NOW), listing.rows)
    sieve.work(lambda: True)
    part = len(sieve)
    while not sieve.is_done:
        sieve.work(lambda: True)
    every = sieve.rows
    sieve.look_for(parse("number 49", now=NOW), listing.rows)
    sieve.work(lambda: False)

    assert 0 < part < 500
    assert every == listing.rows
    assert [row.subject for row in sieve.rows] == [
        "number 49",
        *(f"number {n}" for n in (149, 249, 349, 449)),
        *(f"number {n}" for n in range(490, 500)),
    ]


def test_a_session_without_mail_is_found_by_what_became_of_it() -> None:
    trap = a_trap()
    Sender(trap).send(b"HELO probe\r\n").leave()

    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"helo")
        assert shown(stage) == ["left after HELO probe"]

    play(trap, scene)
