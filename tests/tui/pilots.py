"""The app under test: what is on its screen, and waiting for what should be there."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._context import active_app
from textual.app import App
from textual.events import Key
from textual.geometry import Region
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.widget import Widget

from mailtrap.live_faults import LiveFaults
from mailtrap.trap import Catch
from mailtrap.tui.app import MailtrapApp
from mailtrap.tui.canvas import Canvas
from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.line_view import LineView
from mailtrap.tui.look import Look
from mailtrap.tui.row_list import RowList

PATIENCE = 30.0  # seconds until a test gives up

PLAIN = Endpoints([("127.0.0.1", 1025)])
SECURE = Endpoints(
    [("127.0.0.1", 1025)],
    [("127.0.0.1", 1465)],
    Path("/tmp/mailtrap-x1y2z3w4/ca.pem"),
    starttls=True,
)

_TURNS = 5  # of the loop
_PAUSE = 0.005  # seconds
_FRAMES = 10  # what takes more of them has no end: textual looks for the pointer in each

Scene = Callable[["Stage"], Awaitable[None]]


class Stage:
    """The app and the pilot that drives it."""

    def __init__(self, app: MailtrapApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def list(self) -> RowList:
        """The list of rows."""
        return self.app.query_one(RowList)

    @property
    def view(self) -> LineView:
        """The view of the detail."""
        return self.app.query_one("#view", LineView)

    async def press(self, *keys: str) -> None:
        """Press keys and let them take effect."""
        await self.pilot.press(*keys)
        await self.settled()

    async def burst(self, *keys: str) -> None:
        """Press keys faster than the app can look at them."""
        for key in keys:
            self.app.post_message(Key(key, key if len(key) == 1 else None))
        await self.settled()

    async def settled(self) -> None:
        """Until all that happened in the trap is on the screen, and what was found wrong."""
        await quiet()
        await self.until(lambda: self.app.is_settled)

    async def until(self, holds: Callable[[], Any]) -> None:
        """Until that is so."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await asyncio.sleep(_PAUSE)  # threads and timers are at work
                await quiet()

    def segments(self, region: Region | None = None) -> Iterator[Segment]:
        """All that is painted, or what is painted there."""
        # The one place that knows this private part of textual.
        for y, strip in enumerate(self.app.screen._compositor.render_strips()):
            if region is None:
                yield from strip
            elif region.y <= y < region.bottom:
                yield from strip.crop(region.x, region.right)
            yield Segment("\n")

    def text(self) -> str:
        """The screen as text."""
        painted = "".join(segment.text for segment in self.segments())
        return "\n".join(line.rstrip() for line in painted.splitlines())

    def lines(self) -> Sequence[str]:
        """The lines of the screen below the bar of views."""
        return self.text().splitlines()[1:]


class Paper:
    """What a terminal shows that paints what it is told to: each cell with its style."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cells: dict[tuple[int, int], tuple[str, Style | None]] = {}  # by row and column
        self._stage = stage
        monkeypatch.setattr(App, "_display", self._display)

    def _display(self, _: object, update: LayoutUpdate | ChopsUpdate | None) -> None:
        if update is not None:
            console = self._stage.app.console
            self._paint(update.__rich_console__(console, console.options))

    def _paint(self, segments: Iterable[Any]) -> None:
        x = y = 0
        for segment in segments:
            if segment.control:
                [(_, x, y)] = segment.control
            elif segment.text != "\n":
                for cell, column in _cells(segment, x):
                    self.cells[y, column] = cell
                x += segment.cell_length

    async def stale(self) -> list[tuple[int, int]]:
        """Cells that look otherwise once all of the screen is painted anew."""
        before = self.cells.copy()
        for widget in self._stage.app.screen.walk_children(Widget, with_self=True):
            widget.refresh()
        await self._stage.settled()
        return [place for place in self.cells if self.cells[place] != before.get(place)]


def _cells(segment: Segment, x: int) -> Iterator[tuple[tuple[str, Style | None], int]]:
    for character in segment.text:
        width = cell_len(character)
        yield (character, segment.style), x
        x += width


async def quiet(*_: float) -> None:
    """Until every widget has done what it was sent, and what came of that was painted.

    The one place that knows how the queues of textual are made.
    """
    app = active_app.get()
    still = 0  # turns of the loop in which nothing was done
    frames = 0
    async with asyncio.timeout(PATIENCE):
        while still < _TURNS:
            await asyncio.sleep(0)  # before looking: whoever called must not miss what came in it
            still = still + 1 if _is_still(app) else 0
            if still == 1 and frames < _FRAMES:
                frames += 1
                for screen in app.screen_stack:
                    screen._on_timer_update()  # paints, and calls what waited for that


def _is_still(app: App[Any]) -> bool:
    # Sizes that come one after the other are gathered by a timer.
    return app._resize_event is None and all(map(_waits, (app, *app._registry)))


def _waits(pump: MessagePump) -> bool:
    """It has nothing to do."""
    ready: asyncio.Event = pump._message_queue.ready_event
    return not pump.is_running or (bool(ready._waiters) and not ready.is_set())


def play(
    trap: Catch,
    scene: Scene,
    *,
    size: tuple[int, int] = (100, 24),
    show_secrets: bool = False,
    theme: str | None = None,
    endpoints: Endpoints = PLAIN,
    faults: LiveFaults | None = None,
    trouble: Callable[[], str] = lambda: "",
    look: Look | None = None,
    canvas: Canvas | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> MailtrapApp:
    """Run the app on that trap while the scene plays; the app after it ended."""
    app = MailtrapApp(
        trap,
        endpoints,
        show_secrets=show_secrets,
        faults=faults,
        trouble=trouble,
        look=look,
        canvas=canvas,
        now=now,
    )
    if theme is not None:
        app.theme = theme

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            stage = Stage(app, pilot)
            await stage.settled()
            await scene(stage)

    asyncio.run(run())
    return app
