"""The app: what is on the screen at each size, and what the keys do."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from mailtrap.trap import Trap
from mailtrap.tui.app import MailtrapApp
from mailtrap.tui.feed import What
from mailtrap.tui.following import Arrived
from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap, bring, titled


def a_filled_trap() -> Trap:
    trap = a_trap()
    bring(trap, titled("Welcome"))
    Sender(trap, at=NOON + timedelta(seconds=10)).send(b"HELO probe\r\n").leave()
    client = Sender(trap, at=NOON + timedelta(seconds=20))
    client.send(b"HELO app\r\nMAIL FROM:<joe@example.org>\r\nDATA\r\n")
    client.send(b"Subject: half\r\n\r\nhalf of it").leave("reset")
    bring(trap, titled("Grüße 日本"), at=NOON + timedelta(seconds=30))
    return trap


def screen(trap: Trap, *keys: str, size: tuple[int, int]) -> str:
    text = ""

    async def scene(stage: Stage) -> None:
        nonlocal text
        await stage.press(*keys)
        text = stage.text()

    play(trap, scene, size=size)
    return text


NARROW = """\
 1 Mail 2  2 Sessions 4  3 Problems 9
● !  12:00  ann@example.org       Grüße 日本                                81
  ✗! 12:00  joe@example.org       abandoned after 27 octets                 27
  ·  12:00  probe                 left after HELO probe                      —
● !  12:00  ann@example.org       Welcome                                   67





────────────────────────────────────────────────────────────────────────────────
 Grüße 日本
 Ann <ann@example.org> · 81 octets · 12:00:30 · session test-4
 5 errors, 2 warnings · ann@example.org → bob@example.org
 Text  Headers  Source  MIME  Session  Issues 7
 ━━━━──────────────────────────────────────────────────────────────────────────
 This is Grüße 日本.





 ● smtp 127.0.0.1:1025   2 messages, 2 new   ✗ 1 failed   following   in memory
enter Read / Filter ? Help q Quit d Delete y Copy ] Tab z Zoom"""


def test_a_narrow_screen_has_the_list_above_the_detail() -> None:
    assert screen(a_filled_trap(), size=(80, 24)) == NARROW


TABS = "Text  Headers  Source  MIME  Session  Issues 3"
NORMAL = """\
● !  12:00  ann@example.org   Grüße 日本                81  │ abandoned after 27 octets
  ✗! 12:00  joe@example.org   abandoned after 27 oc…    27  │ app, from 127.0.0.1:51724
  ·  12:00  probe             left after HELO probe      —  │ 3 errors · joe@example.org → no RCPT
● !  12:00  ann@example.org   Welcome                   67  │ 2026-03-02 12:00:20 · session test-3
                                                            │ TABS
                                                            │ LINE
                                                            │   1  Subject: half"""


def test_a_normal_screen_has_the_detail_beside_the_list() -> None:
    lines = screen(a_filled_trap(), "j", "R", size=(120, 30)).splitlines()[1:]

    below_tabs = f"{'─' * 15}━━━━━━{'─' * 36}"
    assert "\n".join(lines[:7]) == NORMAL.replace("LINE", below_tabs).replace("TABS", TABS)


@pytest.mark.parametrize("size", [(59, 20), (80, 14), (40, 10)])
def test_a_small_screen_has_one_pane(size: tuple[int, int]) -> None:
    listed = screen(a_filled_trap(), size=size)
    opened = screen(a_filled_trap(), "enter", size=size)
    left = screen(a_filled_trap(), "enter", "escape", size=size)

    assert "joe" in listed
    assert "This is" not in listed
    assert "joe" not in opened
    assert "This is Grüße" in opened
    assert "joe" in left


def test_before_the_first_row_the_screen_says_where_to_send_mail() -> None:
    text = screen(a_trap(), size=(80, 24))

    assert "Waiting for mail on smtp://127.0.0.1:1025" in text
    assert "SMTP_HOST=127.0.0.1 SMTP_PORT=1025" in text
    assert text.splitlines()[-1] == "? Help q Quit"


def test_the_first_message_takes_the_place_of_the_empty_screen_and_back() -> None:
    trap = a_trap()

    async def scene(stage: Stage) -> None:
        bring(trap, titled("one"))
        await stage.settled()
        assert "This is one." in stage.text()
        assert stage.list.has_focus
        await stage.press("d")
        assert "Waiting for mail" in stage.text()

    play(trap, scene)


def test_the_headline_has_the_version_of_tls() -> None:
    trap = a_trap()
    client = Sender(trap).tls().send(b"MAIL FROM:<ann@example.org>\r\nDATA\r\n")
    client.send(b"Subject: over TLS\r\n\r\nhello\r\n.\r\n").leave()
    Sender(trap).tls().send(b"EHLO app\r\n").leave()

    async def scene(stage: Stage) -> None:
        assert "(no From field) · 28 octets · 12:00:00 · TLS 1.3 · session" in stage.text()
        await stage.press("j")
        assert "app, from 127.0.0.1:51724 · 12:00:00 · TLS 1.3 · session" in stage.text()

    play(trap, scene, size=(80, 24))


def test_why_tls_failed_can_be_read_to_its_end_on_a_small_screen() -> None:
    trap = a_trap()
    Sender(trap).fail_tls()

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "G")
        assert "or turn off verification in the client" in " ".join(
            stage.text().replace("▄", "").split()
        )

    play(trap, scene, size=(60, 16))


def test_the_tab_stays_for_the_next_message() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    bring(trap, titled("two"))

    async def scene(stage: Stage) -> None:
        await stage.press("R", "j")
        assert "  1  Subject: one" in stage.text()
        await stage.press("right_square_bracket", "right_square_bracket")
        assert "C: EHLO app.example.org" in stage.text()
        await stage.press("t")
        assert "This is one." in stage.text()

    play(trap, scene)


def test_a_click_on_its_name_shows_a_tab() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        await stage.pilot.click("#tabs", offset=(16, 0))
        await stage.settled()
        assert "  1  Subject: one" in stage.text()

    play(trap, scene)


def test_a_session_without_mail_shows_its_transcript_and_what_came_of_the_data() -> None:
    trap = a_trap()
    client = Sender(trap).send(b"MAIL FROM:<joe@example.org>\r\nDATA\r\n")
    client.send(b"Subject: half\r\n\r\nhalf of it").leave("reset")
    Sender(trap).send(b"EHLO probe\r\n").leave()

    async def scene(stage: Stage) -> None:
        assert "C: EHLO probe" in stage.text()
        assert "Source" not in stage.text()
        await stage.press("j", "R")
        assert "half of it [no line end]" in stage.text()

    play(trap, scene)


def test_the_transcript_of_an_open_session_grows_on_the_screen() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    client = Sender(trap, at=NOON + timedelta(minutes=1))
    client.send(b"HELO app\r\nMAIL FROM:<ann@example.org>\r\nDATA\r\n")
    client.send(titled("two") + b".\r\n")

    async def scene(stage: Stage) -> None:
        await stage.press("e")
        assert "still open" in stage.text()
        assert "C: NOOP" not in stage.text()
        client.send(b"NOOP\r\n")
        await stage.settled()
        assert "C: NOOP" in stage.text()
        client.send(b"QUIT\r\n")
        await stage.settled()
        assert "closed after QUIT" in stage.text()

    play(trap, scene, size=(100, 36))


@pytest.mark.parametrize("show_secrets", [False, True])
def test_passwords_are_on_the_screen_only_when_asked_for(
    show_secrets: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    trap = a_trap()
    Sender(trap).send(b"AUTH PLAIN AGFkYQBodW50ZXIy\r\n").leave()

    async def scene(stage: Stage) -> None:
        assert ("hunter2" in stage.text()) is show_secrets
        assert ("********" in stage.text()) is not show_secrets

    play(trap, scene, size=(120, 30), show_secrets=show_secrets)


def test_capital_j_scrolls_the_detail_from_the_list() -> None:
    trap = a_trap()
    bring(trap, b"Subject: long\r\n\r\n" + b"".join(b"line %d\r\n" % n for n in range(99)))

    async def scene(stage: Stage) -> None:
        await stage.press("J")
        assert stage.list.has_focus
        assert stage.view.scroll_offset.y == 3
        await stage.press("K")
        assert stage.view.scroll_offset.y == 0

    play(trap, scene)


def test_space_pages_the_detail_and_then_goes_to_the_next_message() -> None:
    trap = a_trap()
    bring(trap, titled("short"))
    bring(trap, b"Subject: long\r\n\r\n" + b"".join(b"line %d\r\n" % n for n in range(29)))

    async def scene(stage: Stage) -> None:
        await stage.press("space")
        assert "line 28" in stage.text()
        await stage.press("space")
        assert "This is short." in stage.text()

    play(trap, scene)


def test_zoom_gives_the_screen_to_one_pane_and_tab_to_the_other() -> None:
    trap = a_filled_trap()

    async def scene(stage: Stage) -> None:
        await stage.press("z")
        assert "This is Grüße" not in stage.text()
        await stage.press("tab")
        assert "This is Grüße" in stage.text()
        assert "joe@example.org" not in stage.text()
        await stage.press("z")
        assert "joe@example.org" in stage.text()

    play(trap, scene, size=(130, 24))


@pytest.mark.parametrize(
    ("keys", "size"),
    [(("z", "H"), (130, 24)), (("z", "J"), (130, 24)), (("H",), (40, 10)), (("z", "H"), (40, 10))],
)
def test_keys_of_the_detail_bring_it_back(keys: Sequence[str], size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*keys)
        assert stage.view.region
        assert bool(stage.list.region) == (size == (130, 24))

    play(a_filled_trap(), scene, size=size)


def test_a_tab_that_is_not_there_leaves_the_list_the_whole_screen() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.press("z", "x")
        assert "no HTML" in stage.text()
        assert not stage.view.region

    play(trap, scene)


def test_large_mail_is_read_beside_the_screen_and_then_shown() -> None:
    trap = a_trap()
    bring(trap, b"Subject: large\r\n\r\n" + b"a line that is not very long\r\n" * 20_000)

    async def scene(stage: Stage) -> None:
        await stage.until(lambda: "a line that is not" in stage.text())

    play(trap, scene)


def test_help_names_the_keys_and_goes_away() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        assert "enter, l, →         read the message" in stage.text()
        assert "end a search" not in stage.text()
        await stage.press("G")
        assert "q                   close, back to the list" in stage.text()
        await stage.press("g", "j", "k", "space", "space")
        assert "an open session that" in stage.text()
        await stage.press("escape")
        assert "an open session that" not in stage.text()

    play(a_filled_trap(), scene)


def test_help_on_a_small_screen_breaks_lines_below_their_beginning() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        lines = stage.text().splitlines()
        first = next(n for n, line in enumerate(lines) if "g, home  " in line)
        assert "newest message, and" not in lines[first]
        assert lines[first + 1].index("and follow") == lines[first].index("newest message")

    play(a_filled_trap(), scene, size=(40, 30))


def test_help_has_two_columns_where_there_is_room_and_shows_all_at_once() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        first = next(line for line in stage.text().splitlines() if "In the list" in line)
        assert "Views and panes" in first
        assert "end a filter or search, close, back" in stage.text()
        assert "an open session that" in stage.text()

    play(a_filled_trap(), scene, size=(140, 60))


def test_mail_that_arrives_while_help_is_open_is_there_afterwards() -> None:
    trap = a_trap()

    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        bring(trap, titled("one"))
        await stage.settled()
        await stage.press("escape")
        assert "This is one." in stage.text()
        assert stage.list.has_focus

    play(trap, scene)


def leaves(trap: Trap, *keys: str) -> bool:
    async def scene(stage: Stage) -> None:
        await stage.pilot.press(*keys)
        await stage.pilot.pause()

    app: MailtrapApp = play(trap, scene)
    return app.return_code == 0 and app.return_value == 0


def test_q_quits_when_there_is_no_mail_to_lose() -> None:
    assert leaves(a_trap(), "q")


def test_q_asks_once_when_there_is_mail_in_memory() -> None:
    trap = a_filled_trap()

    async def scene(stage: Stage) -> None:
        await stage.press("q")
        assert "2 messages are only in memory: q again to quit" in stage.text()
        await stage.press("j")
        assert "only in memory: q" not in stage.text()
        assert stage.app.is_running

    play(trap, scene)


@pytest.mark.parametrize("keys", [("q", "q"), ("ctrl+c", "ctrl+c"), ("ctrl+q", "q")])
def test_asked_twice_it_quits(keys: tuple[str, ...]) -> None:
    assert leaves(a_filled_trap(), *keys)
    assert not leaves(a_filled_trap(), "q", "j", "q")


def test_after_it_ended_the_trap_goes_on_without_it() -> None:
    trap = a_trap()

    async def scene(stage: Stage) -> None:
        await stage.pilot.press("q")

    play(trap, scene)

    assert bring(trap)
    assert not trap._listeners._listeners


def test_what_happens_while_the_screen_is_taken_down_does_no_harm() -> None:
    trap = a_filled_trap()

    async def scene(stage: Stage) -> None:
        await stage.pilot.press("q", "q")

    app = play(trap, scene)

    app._tick()
    app.on_arrived(Arrived([(What.OPENED, "test-1")]))
    app._finish_deletion()


def test_no_color_leaves_no_colour_and_the_cursor_can_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(stage: Stage) -> None:
        styles = [segment.style for segment in stage.segments() if segment.style]
        colours = {colour for style in styles for colour in (style.color, style.bgcolor)}
        assert {colour.is_default for colour in colours if colour} == {True}
        assert styles[0].reverse
        await stage.press("enter")
        assert any(segment.style and segment.style.underline for segment in stage.segments())

    play(a_filled_trap(), scene)


@pytest.mark.parametrize("keys", ["2", "3", "slash o", "slash left_parenthesis", "C", "colon"])
def test_no_color_leaves_no_colour_in_any_view(monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(stage: Stage) -> None:
        await stage.press(*keys.split())
        styles = [segment.style for segment in stage.segments() if segment.style]
        colours = {colour for style in styles for colour in (style.color, style.bgcolor)}
        assert {colour.is_default for colour in colours if colour} == {True}

    play(a_filled_trap(), scene)


def test_the_open_session_being_read_becomes_its_message_and_stays_where_it_was() -> None:
    trap = a_trap()
    bring(trap, titled("other"))
    client = Sender(trap).send(b"EHLO app\r\n")

    async def scene(stage: Stage) -> None:
        stage.app.listing.tick(NOON + timedelta(hours=1))
        stage.app._show()
        await stage.press("k", "enter")
        assert "open, after EHLO app" in stage.text()
        await stage.press("f", "g", "j", "j")
        top = stage.view.render_line(0).text

        client.send(b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
        client.send(titled("mine") + b".\r\n")
        bring(trap, titled("another"))
        await stage.settled()

        assert stage.list.current is not None
        assert stage.list.current.subject == "mine"
        assert stage.view.render_line(0).text == top
        assert stage.view.scroll_offset.y == 2
        client.send(b"NOOP\r\n")
        await stage.press("G")
        assert "C: NOOP" in stage.text()
        await stage.press("h", "k")  # what comes next is shown as chosen for messages
        assert "This is another." in stage.text()

    play(trap, scene, size=(100, 30))


@pytest.mark.usefixtures("desktop")
def test_ctrl_c_copies_what_is_selected_and_does_not_ask() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        await stage.pilot.mouse_down(stage.view, offset=(0, 0))
        await stage.pilot.hover(stage.view, offset=(4, 0))
        await stage.pilot.mouse_up(stage.view, offset=(4, 0))
        await stage.press("ctrl+c")
        await stage.until(lambda: stage.app.clipboard == "This ")
        assert "only in memory: q" not in stage.text()

    play(trap, scene)


def test_the_key_that_folds_shows_long_replies_in_full_for_this_and_the_next_session() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    bring(trap, titled("two"))

    async def scene(stage: Stage) -> None:
        await stage.press("e")
        assert "S: 250-trap.test  … " in stage.text()
        assert "PIPELINING" not in stage.text()
        await stage.press("f")
        assert "PIPELINING" in stage.text()
        await stage.press("j")
        assert "PIPELINING" in stage.text()
        await stage.press("f")
        assert "PIPELINING" not in stage.text()

    play(trap, scene)


@pytest.mark.parametrize("width", [40, 60])
def test_help_and_quit_are_in_the_footer_of_a_small_screen(width: int) -> None:
    footer = screen(a_filled_trap(), size=(width, 15)).splitlines()[-1]

    assert footer.startswith("enter Read / Filter ? Help q Quit")


def test_a_small_empty_screen_shows_the_first_snippet() -> None:
    assert "SMTP_HOST=127.0.0.1 SMTP_PORT=1025" in screen(a_trap(), size=(40, 10))


def test_what_is_to_be_copied_stands_whole_on_lines_of_its_own() -> None:
    lines = [line.strip() for line in screen(a_trap(), size=(80, 24)).splitlines()]

    rails = 'config.action_mailer.smtp_settings = { address: "127.0.0.1", port: 1025 }'
    assert rails in lines
    assert lines[lines.index("Django 6.1+") + 1] == 'MAILERS = {"default": {'
    assert '"BACKEND": "django.core.mail.backends.smtp.EmailBackend",' in lines


def test_a_message_of_no_octets_says_so() -> None:
    trap = a_trap()
    client = Sender(trap).send(b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\n")
    client.send(b"DATA\r\n").send(b".\r\n").leave()

    text = screen(trap, size=(80, 24))

    assert text.splitlines()[1].endswith("  0")
    assert " · 0 octets · " in text
