"""Line view: makes the lines on the screen and no others; scrolls, wraps, selects."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from mailtrap.tui.conversation import SessionDocument
from mailtrap.tui.document import Document, Span, TextDocument
from mailtrap.tui.line_view import GOES_ON, LineView
from mailtrap.tui.source import SourceDocument
from tests.tui.senders import Sender, a_trap

HEIGHT = 20
# Lines that wrap at 60 cells, each word once.
PROSE = TextDocument(
    "\n".join(" ".join(f"word{line * 30 + n}" for n in range(30)) for line in range(60))
)


class Counting(SourceDocument):
    """Notes which lines were asked for."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.asked: set[int] = set()

    def line(self, index: int) -> Sequence[Span]:
        self.asked.add(index)
        return super().line(index)


class Viewer(App[None]):
    def compose(self) -> ComposeResult:
        yield LineView()


def view(
    document: Document, scene: Callable[[LineView, Pilot[None]], Awaitable[None]], width: int = 60
) -> None:
    async def run() -> None:
        app = Viewer()
        async with app.run_test(size=(width, HEIGHT)) as pilot:
            shown = app.query_one(LineView)
            shown.show(document)
            shown.focus()
            await pilot.pause()
            await scene(shown, pilot)

    asyncio.run(run())


def painted(shown: LineView) -> list[str]:
    return [shown.render_line(y).text.rstrip() for y in range(HEIGHT)]


def test_of_ten_megabytes_only_what_is_on_the_screen_is_decoded() -> None:
    document = Counting((b"x" * 78 + b"\r\n") * 125_000)

    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        assert max(document.asked) < HEIGHT
        await pilot.press("G")
        assert shown.is_at_end
        await pilot.press("pageup")
        assert len(document.asked) <= 3 * HEIGHT

    view(document, scene)


def test_keys_scroll_by_lines_pages_and_to_the_ends() -> None:
    document = TextDocument("\n".join(map(str, range(100))))

    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        tops = []
        for key in ("j", "j", "k", "space", "pagedown", "pageup", "b", "ctrl+d", "G", "g"):
            await pilot.press(key)
            tops.append(shown.scroll_offset.y)
        assert tops == [1, 2, 1, 20, 39, 20, 1, 11, 80, 0]

    view(document, scene)


def test_a_long_line_of_source_is_cut_off_with_a_mark_and_scrolls_sideways() -> None:
    document = SourceDocument(b"0123456789" * 10 + b"\r\nshort\r\n")

    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        before = painted(shown)
        await pilot.press("right")
        after = painted(shown)
        for _ in range(9):
            await pilot.press("right")
        assert before[0].startswith("  1  0123456789")
        assert before[0].endswith(GOES_ON)
        assert after[0].startswith("  1  8901234567")
        assert not painted(shown)[0].endswith(GOES_ON)

    view(document, scene)


def test_text_is_wrapped_again_for_another_width() -> None:
    document = TextDocument("one two three four five six")

    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        assert painted(shown)[:2] == ["one two three", "four five six"]
        await pilot.resize_terminal(40, HEIGHT)
        await pilot.pause()
        assert painted(shown)[:2] == ["one two three four five six", ""]

    view(document, scene, width=16)


def test_the_selection_of_a_wrapped_line_has_no_line_end_in_it() -> None:
    document = TextDocument("one two three four five six\nlast")

    async def scene(shown: LineView, _pilot: Pilot[None]) -> None:
        part = shown.get_selection(Selection(Offset(4, 0), Offset(4, 2)))
        everything = shown.get_selection(Selection(None, None))
        assert part == ("two three four five six\nlast", "\n")
        assert everything == ("one two three four five six\nlast", "\n")

    view(document, scene, width=16)


def test_the_mouse_selects_text_without_line_numbers() -> None:
    document = SourceDocument(b"first line\r\nsecond line\r\n")

    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        await pilot.mouse_down(shown, offset=(11, 0))
        await pilot.hover(shown, offset=(10, 1))
        await pilot.mouse_up(shown, offset=(10, 1))
        await pilot.pause()
        assert shown.screen.get_selected_text() == "line\nsecond"

    view(document, scene)


@pytest.mark.parametrize("document", [PROSE, SourceDocument(b"0123456789\r\n" * 200)])
def test_another_size_leaves_the_same_line_at_the_top(document: Document) -> None:
    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        shown.scroll_by(57)
        top = painted(shown)[0]
        for width, height in ((33, 5), (90, 30), (21, 12), (60, HEIGHT)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert top.split()[0] in shown.render_line(0).text
        assert painted(shown)[0] == top

    view(document, scene)


def test_at_the_end_another_size_still_shows_the_end() -> None:
    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        await pilot.press("G")
        for width, height in ((33, 5), (90, 30), (60, HEIGHT)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert shown.is_at_end
            assert "word1799" in "".join(shown.render_line(y).text for y in range(height))

    view(PROSE, scene)


def test_the_end_of_what_all_fits_is_still_shown_when_it_no_longer_does() -> None:
    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        await pilot.press("G")
        await pilot.resize_terminal(60, 5)
        await pilot.pause()
        assert "14" in shown.render_line(4).text
        await pilot.press("g")
        await pilot.resize_terminal(60, 4)
        await pilot.pause()
        assert shown.scroll_offset.y == 0

    view(TextDocument("\n".join(map(str, range(15)))), scene)


def test_a_view_that_follows_goes_on_to_follow_at_another_size() -> None:
    client = Sender(a_trap()).send(b"EHLO app\r\n")
    document = SessionDocument(client.session)

    async def scene(shown: LineView, pilot: Pilot[None]) -> None:
        shown.show(document, at_end=True)
        for width, height in ((33, 5), (60, 40), (60, HEIGHT)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            document.follow(client.send(b"NOOP\r\n").session)
            shown.grown()
            await pilot.pause()
            assert shown.is_at_end
            rows = [shown.render_line(y).text.rstrip() for y in range(height)]
            assert "still open" in "".join(rows)

    view(document, scene)
