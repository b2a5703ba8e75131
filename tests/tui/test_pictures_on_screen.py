"""An attached image on the screen, where the terminal shows pixels."""

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from mailtrap.gallery.images import png
from mailtrap.tui import pictures, sixel
from mailtrap.tui.canvas import Canvas
from mailtrap.tui.document import Fitted
from mailtrap.tui.graphics import Graphics
from mailtrap.tui.picture_cells import Picture, pictures_of
from tests.tui import mails
from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap, bring

pytest.importorskip("PIL")

FIELDS = "Content-Type: image/png\nContent-Transfer-Encoding: base64"
SIZE = (120, 40)


class Cells:
    """How large the cells of the terminal are."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.size = (10, 20)
        for module in (pictures, sixel):
            monkeypatch.setattr(module, "cell_size", lambda _: self.size)


@pytest.fixture
def cells(monkeypatch: pytest.MonkeyPatch) -> Cells:
    return Cells(monkeypatch)


async def opened(stage: Stage) -> Picture:
    """The image, once it is on the screen."""
    await stage.press("v", "enter", "enter")
    await stage.until(lambda: pictures_of(stage.view.document))
    [picture] = pictures_of(stage.view.document)
    return picture


def is_fitting(stage: Stage) -> bool:
    document = stage.view.document
    return isinstance(document, Fitted) and document.room == stage.view.room


def with_image() -> bytes:
    image = mails.part(FIELDS, mails.encoded(png(100, 100)))
    return mails.letter("Subject: x", mails.multipart("mixed", image))


def test_it_is_made_anew_for_other_cells_though_there_are_as_many(cells: Cells) -> None:
    trap = a_trap()
    bring(trap, with_image())

    async def scene(stage: Stage) -> None:
        before = await opened(stage)
        await stage.pilot.resize_terminal(*SIZE)
        await stage.settled()
        assert pictures_of(stage.view.document) == [before]

        cells.size = (20, 40)
        await stage.pilot.resize_terminal(*SIZE)
        await stage.until(lambda: pictures_of(stage.view.document) != [before])

        [after] = pictures_of(stage.view.document)
        assert (before.columns, before.rows) == (10, 5)
        assert (after.columns, after.rows) == (5, 3)

    play(trap, scene, size=SIZE, canvas=Canvas(Graphics("sixel")))


@pytest.mark.usefixtures("cells")
def test_another_width_sends_another_image_and_removes_that_before() -> None:
    trap = a_trap()
    bring(trap, with_image())
    canvas = Canvas(Graphics("kitty"))

    async def scene(stage: Stage) -> None:
        before = await opened(stage)
        assert before.sent in canvas.drawn(stage.text())
        await stage.pilot.resize_terminal(70, 40)
        await stage.settled()
        await stage.until(
            lambda: pictures_of(stage.view.document) != [before] and is_fitting(stage)
        )
        await stage.settled()
        [after] = pictures_of(stage.view.document)
        drawn = canvas.drawn(stage.text())
        assert drawn.startswith(before.removed + after.sent)
        assert before.sent not in drawn

    play(trap, scene, size=SIZE, canvas=canvas)


def test_private_code_points_of_mail_are_copied_as_they_are() -> None:
    trap = a_trap()
    bring(
        trap,
        b"Subject: signs\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\xf4\x80\x86\x85 on\r\n",
    )

    async def scene(stage: Stage) -> None:
        found = stage.view.get_selection(Selection(None, None))
        assert found
        assert found[0].startswith("\U00100185 on")

    play(trap, scene, size=SIZE)


@pytest.mark.usefixtures("cells")
def test_selected_with_the_mouse_it_is_blank() -> None:
    trap = a_trap()
    bring(trap, with_image())

    async def scene(stage: Stage) -> None:
        await opened(stage)
        last = len(stage.view.document)
        found = stage.view.get_selection(Selection(Offset(0, 0), Offset(10, last)))
        assert found
        assert found[0].split("\n")[-5:] == [" " * 10] * 5

    play(trap, scene, size=SIZE, canvas=Canvas(Graphics("kitty")))
