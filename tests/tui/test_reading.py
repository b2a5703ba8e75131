"""Reading a message: every tab on a real screen, what stays where, and search."""

import threading

import pytest

from mailtrap.trap import Trap
from mailtrap.tui.headers import HeadersDocument
from mailtrap.tui.html_view import HtmlDocument
from mailtrap.tui.key_line import KeyLine
from mailtrap.tui.mime_tree import MimeDocument
from mailtrap.tui.source import SourceDocument
from tests.tui import mails
from tests.tui.pilots import Stage, play
from tests.tui.senders import Sender, a_trap, bring, titled

SMALL, LARGE = (80, 24), (140, 40)
SIZES = [SMALL, LARGE]
TABS = "Text  HTML  Headers  Source  MIME  Attach 2  Session  Issues 2"
LARGE_TEXT = b"Subject: large\r\n\r\n" + b"".join(b"line %d\r\n" % n for n in range(20_000))


def with_mail(*data: bytes) -> Trap:
    trap = a_trap()
    for each in data:
        bring(trap, each)
    return trap


def rows(stage: Stage) -> list[str]:
    """The rows of the document that are painted."""
    return [stage.view.render_line(y).text.rstrip() for y in range(stage.view.size.height)]


@pytest.mark.parametrize("size", SIZES)
def test_every_tab_of_an_order(size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        assert TABS in stage.text()
        assert rows(stage)[:2] == [
            "Thanks for your order!",
            "Track it: https://shop.example.com/track",
        ]
        await stage.press("x")
        assert rows(stage)[0] == "1 remote image, 1 tracker not loaded; 1 hidden text"
        assert "Thanks for your order, Ada!" in rows(stage)
        await stage.press("H")
        assert "From          Acme Shop <shop@acme.example>" in stage.text()
        await stage.press("R")
        assert "1  Date: Mon, 2 Mar 2026" in stage.text()
        await stage.press("P")
        assert "▸ multipart/mixed · 9,157 octets" in stage.text()
        assert "├─ 1 multipart/related" in stage.text()
        await stage.press("v")
        assert "▸ logo.png           image/png           81 octets  inline" in stage.text()
        await stage.press("e")
        assert "EHLO app.example.org" in stage.text()

    play(with_mail(mails.ORDER), scene, size=size)


def test_brackets_go_through_all_tabs_and_round() -> None:
    async def scene(stage: Stage) -> None:
        first = stage.text()
        for _ in range(8):
            await stage.press("right_square_bracket")
        assert stage.text() == first
        await stage.press("left_square_bracket")
        assert "cid-missing" in stage.text()

    play(with_mail(mails.ORDER), scene, size=LARGE)


def test_the_tab_stays_where_it_is_and_comes_back_where_it_was_not() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("x", "j")
        assert "This is plain." in stage.text()
        assert "Text  Headers" in stage.text()
        await stage.press("j")
        assert "only HTML" in stage.text()
        assert isinstance(stage.view.document, HtmlDocument)

    play(with_mail(mails.HTML_ONLY, titled("plain"), mails.ORDER), scene, size=LARGE)


@pytest.mark.parametrize("width", [40, 50, 60, 80, 100, 120, 140])
def test_tab_labels_fit_every_screen(width: int) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "P")
        assert "MIME" in stage.text()
        line = next(line for line in stage.text().splitlines() if "MIME" in line)
        assert line.split()[-1] in ("2", "i2")  # the number of issues is behind the last label

    play(with_mail(mails.ORDER), scene, size=(width, 24))


def test_html_is_set_again_for_another_width_at_the_same_place() -> None:
    html = "".join(f"<p>{f'word{n} ' * 30}</p>" for n in range(40))
    data = mails.letter("Subject: long", mails.html_part(html))

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "x", "pagedown", "pagedown", "pagedown")
        await stage.press(*"jjj")
        word = next(row for row in rows(stage) if row).split()[0]
        for width, height in ((60, 30), (140, 40), (101, 20), (80, 24)):
            await stage.pilot.resize_terminal(width, height)
            await stage.settled()
            document = stage.view.document
            assert isinstance(document, HtmlDocument)
            assert document.room == stage.view.room
            assert word in " ".join(rows(stage)[:2])

    play(with_mail(data), scene, size=SMALL)


def test_headers_are_shown_as_octets_and_back() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("H")
        assert isinstance(stage.view.document, HeadersDocument)
        assert "Subject" in stage.text()
        assert "X-Long-Name-That-Does-Not-Fit-Beside" in stage.text()
        assert "✗ header-duplicate" in stage.text()
        await stage.press("r")
        assert isinstance(stage.view.document, SourceDocument)
        assert "  2✗ Subject: twice" in stage.text()
        assert "no part" not in stage.text()
        await stage.press("r")
        assert isinstance(stage.view.document, HeadersDocument)

    play(with_mail(mails.BROKEN), scene, size=LARGE)


def test_enter_on_a_part_shows_it_in_the_source() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "P", "n", "n", "n", "n", "N", "enter")
        assert isinstance(stage.view.document, SourceDocument)
        assert rows(stage)[2].endswith("Content-Type: text/plain; charset=utf-8")

    play(with_mail(mails.ORDER), scene, size=SMALL)


def test_parts_are_selected_from_the_list_too() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("P", "n", "n", "n", "n", "N")
        assert stage.list.has_focus
        await stage.press("enter", "enter")
        assert isinstance(stage.view.document, SourceDocument)
        assert rows(stage)[2].endswith("Content-Type: text/plain; charset=utf-8")

    play(with_mail(mails.ORDER), scene, size=SMALL)


def test_the_selected_part_stays_at_another_width() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "P", "n", "n")
        await stage.pilot.resize_terminal(140, 40)
        await stage.settled()
        document = stage.view.document
        assert isinstance(document, MimeDocument)
        assert document.selected == 2
        assert document.room == stage.view.room

    play(with_mail(mails.ORDER), scene, size=SMALL)


def test_an_attachment_is_opened_and_closed_again() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "v", "n", "enter")
        assert "BEGIN:VCALENDAR" in stage.text()
        await stage.press("escape")
        assert "▸ invite.ics" in stage.text()
        await stage.press("N", "enter")
        assert "This is the inner text." in stage.text()
        await stage.press("escape", "escape")
        assert stage.list.has_focus

    play(with_mail(mails.NESTED), scene, size=LARGE)


def test_octets_of_headers_stay_for_the_next_message() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("H", "r", "j")
        assert "Subject: one" in rows(stage)[0]
        assert isinstance(stage.view.document, SourceDocument)

    play(with_mail(titled("one"), titled("two")), scene, size=SMALL)


def test_an_image_is_painted_in_its_colours() -> None:
    pytest.importorskip("PIL")

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "v", "enter")
        await stage.until(lambda: "PNG, 12x8 pixels" in stage.text())
        cell = next(segment for segment in stage.segments() if "▀▀▀▀" in segment.text)
        assert cell.style is not None
        assert cell.style.color is not None
        assert cell.style.color.name == "#f80000"

    play(with_mail(mails.ORDER), scene, size=SMALL)


def test_keys_that_cannot_scroll_any_further_select() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "P")
        document = stage.view.document
        assert isinstance(document, MimeDocument)
        assert stage.view.is_at_end
        await stage.press("j", "j", "k")
        assert document.selected == 1
        await stage.press("k", "k", "k")
        assert document.selected == 0

    play(with_mail(mails.ORDER), scene, size=LARGE)


def test_a_tab_that_is_not_there_is_told() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("v")
        assert "nothing is attached to this message" in stage.text()
        await stage.press("x")
        assert "there is no HTML in this message" in stage.text()
        assert stage.app._detail.tab == "text"

    play(with_mail(titled("plain")), scene)


@pytest.mark.parametrize(("size", "rows_more"), [((80, 24), 4), ((60, 15), 2)])
def test_on_a_small_screen_the_list_makes_room_for_what_is_read(
    size: tuple[int, int], rows_more: int
) -> None:
    async def scene(stage: Stage) -> None:
        before = stage.view.size.height
        await stage.press("G", "enter")
        assert stage.view.size.height == before + rows_more
        assert "titled 0" in stage.text()
        await stage.press("escape")
        assert stage.view.size.height == before

    trap = a_trap()
    for number in range(12):
        bring(trap, titled(f"titled {number}"))
    play(trap, scene, size=size)


def test_a_link_is_one_the_terminal_can_open() -> None:
    async def scene(stage: Stage) -> None:
        links = {segment.style.link for segment in stage.segments() if segment.style}
        assert "https://shop.example.com/track" in links
        await stage.press("enter", "x")
        links = {segment.style.link for segment in stage.segments() if segment.style}
        assert "https://shop.example.com/track?id=10042" in links
        assert "mailto:help@shop.example.com" in links

    play(with_mail(mails.ORDER), scene, size=LARGE)


def test_the_mouse_selects_in_html() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "x")
        y = rows(stage).index("Thanks for your order, Ada!")
        await stage.pilot.mouse_down("#view", offset=(0, y))
        await stage.pilot.hover("#view", offset=(5, y))
        await stage.pilot.mouse_up("#view", offset=(5, y))
        await stage.settled()
        assert stage.app.screen.get_selected_text() == "Thanks"
        await stage.press("t")
        assert stage.app.screen.get_selected_text() is None

    play(with_mail(mails.ORDER), scene, size=SMALL)


@pytest.mark.parametrize("tab", "tHRPxei")
def test_what_is_typed_is_found_in_every_tab(tab: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", tab, "slash", *"A")
        assert " 1 of " in stage.text()
        await stage.press("enter", "n")
        assert " 2 of " in stage.text()
        await stage.press("N", "N")
        found = next(line for line in stage.text().splitlines() if " n next, " in line)
        number, of, many = found.split("/A")[1].split()[:3]
        assert (number, of) == (many, "of")
        await stage.press("escape")
        assert " n next, " not in stage.text()
        assert not stage.list.has_focus

    play(with_mail(mails.ORDER), scene, size=SMALL)


def test_a_match_is_scrolled_to_and_painted() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "R", "slash", *"line 15000", "enter")
        await stage.until(lambda: "1 of 1 " in stage.text())
        assert "line 15000" in stage.text()
        cell = next(each for each in stage.segments() if each.text == "line 15000")
        assert cell.style is not None
        assert cell.style.underline
        await stage.press("t")
        await stage.until(lambda: "1 found" in stage.text())
        assert "line 0" in stage.text()
        await stage.press("n")
        assert "line 15000" in stage.text()

    play(with_mail(LARGE_TEXT), scene, size=SMALL)


def test_a_match_beyond_the_edge_is_scrolled_to() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "R", "slash", *"end", "enter")
        assert "the end" in stage.text()

    play(with_mail(b"Subject: x\r\n\r\n" + b"x " * 200 + b"the end\r\n"), scene, size=SMALL)


def test_letters_of_a_search_do_nothing_else() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "slash", *"dDquq", "backspace", "space")
        assert "/dDqu ▏  no match" in stage.text()
        assert len(stage.app.listing.rows) == 1
        await stage.press("escape")
        assert "no match" not in stage.text()
        await stage.press("slash", "enter", "n", "escape")
        assert stage.list.has_focus

    play(with_mail(titled("one")), scene, size=SMALL)


def test_a_burst_of_keys_is_a_search() -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst("enter", "R", "slash", "o", "n", "e", "enter", "n", "j")
        assert "/one" in stage.text()
        assert "2 of" in stage.text()

    play(with_mail(titled("one")), scene, size=SMALL)


def test_another_row_ends_a_search() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "slash", "o", "enter", "tab", "j")
        assert "/o" not in stage.text()

    play(with_mail(titled("one"), titled("two")), scene, size=SMALL)


def test_n_selects_parts_again_when_the_search_has_ended() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter", "P", "slash", *"pdf", "enter", "n")
        document = stage.view.document
        assert isinstance(document, MimeDocument)
        assert document.selected == 0
        await stage.press("escape", "n")
        assert document.selected == 1

    play(with_mail(mails.ORDER), scene, size=LARGE)


@pytest.mark.parametrize("tab", "xHPv")
def test_large_mail_is_read_in_a_thread(tab: str) -> None:
    filler = mails.part("Content-Type: application/x", b"z" * 70 + b"\r\n" * 30_000)
    data = mails.letter(
        "Subject: large", mails.multipart("mixed", mails.html_part("<p>Hello"), filler)
    )
    wanted = {"x": "Hello", "H": "multipart/mixed", "P": "application/x", "v": "application/x"}

    async def scene(stage: Stage) -> None:
        await stage.press("enter", tab)
        await stage.until(lambda: wanted[tab] in "\n".join(rows(stage)))
        await stage.pilot.resize_terminal(140, 40)
        await stage.until(lambda: getattr(stage.view.document, "room", 0) in (0, stage.view.room))
        assert wanted[tab] in stage.text()

    play(with_mail(data), scene, size=SMALL)


def test_the_end_is_shown_also_of_what_is_not_read_yet() -> None:
    held = threading.Event()
    trap = with_mail(LARGE_TEXT, titled("small"))

    async def scene(stage: Stage) -> None:
        stage.app._detail._reader._thread.submit(held.wait)
        try:
            await stage.press("j", "enter", "G")
            assert "Reading…" in stage.text()
        finally:
            held.set()
        await stage.until(lambda: "line 19999" in stage.text())
        await stage.press("k", "j", "h", "k", "j")
        await stage.until(lambda: "line 0" in stage.text())

    play(trap, scene, size=SMALL)


def test_reading_ends_with_the_view_it_is_for() -> None:
    held = threading.Event()

    async def scene(stage: Stage) -> None:
        stage.app._detail._reader._thread.submit(held.wait)
        try:
            await stage.press("enter", "H")
            [reading] = [each for each in stage.app.workers if each.group == "read"]
            # It is cancelled before the view is gone; that of another would go on a moment longer.
            assert reading.node is stage.view
        finally:
            held.set()

    play(with_mail(LARGE_TEXT), scene, size=SMALL)


def test_a_great_many_parts_are_counted_in_a_thread() -> None:
    data = mails.letter(
        "Subject: many",
        mails.multipart("mixed", *[b"Content-Type: application/x\r\n\r\nx"] * 2000),
    )

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "v")
        await stage.until(lambda: "Attach 2,000" in stage.text())

    play(with_mail(data), scene, size=SMALL)


def test_a_lost_message_has_its_tabs_too() -> None:
    trap = a_trap()
    client = Sender(trap).send(b"MAIL FROM:<joe@example.org>\r\nDATA\r\n")
    client.send(b"Subject: half\r\n\r\nhalf of it").leave("reset")

    async def scene(stage: Stage) -> None:
        await stage.press("H")
        assert "Subject  half" in stage.text()
        await stage.press("P")
        assert "▸ 1 text/plain · not declared" in stage.text()

    play(trap, scene, size=SMALL)


def test_the_footer_is_as_before() -> None:
    async def scene(stage: Stage) -> None:
        assert stage.app.query_one(KeyLine).size.height == 1

    play(with_mail(titled("one")), scene, size=SMALL)


def test_the_attachment_that_was_closed_is_still_selected_in_large_mail() -> None:
    parts = [
        mails.part(f"Content-Disposition: attachment; filename={name}.txt", b"words\r\n" * 6_000)
        for name in ("first", "second")
    ]

    async def scene(stage: Stage) -> None:
        await stage.press("v")
        await stage.until(lambda: "▸ first.txt" in stage.text())
        await stage.press("enter", "n", "enter")
        await stage.until(lambda: "second.txt" in rows(stage)[0] and "words" in rows(stage)[3])
        await stage.press("escape")
        await stage.until(lambda: "▸ second.txt" in stage.text())

    play(with_mail(mails.letter("Subject: two", mails.multipart("mixed", *parts))), scene)
