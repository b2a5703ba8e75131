"""Draws pictures: what is written to the terminal goes through here while one is open."""

from collections.abc import Sequence

from mailtrap.tui.document import Document
from mailtrap.tui.graphics import Graphics
from mailtrap.tui.picture_cells import Picture, pictures_of, redrawn

_UNKNOWN = "\ufffd"  # what stands for cells of a picture that is not open


class Canvas:
    """Knows which pictures are open, and which of them the terminal has."""

    def __init__(self, graphics: Graphics | None = None) -> None:
        self.graphics = graphics or Graphics()
        self._open: dict[int, Picture] = {}
        self._sent: dict[int, Picture] = {}

    def sees(self, document: Document) -> None:
        """That document is shown; pictures that are not in it are no longer open."""
        self._open = {picture.number: picture for picture in pictures_of(document)}

    def drawn(self, text: str) -> str:
        """The text as it is to be written."""
        if not self._open and not self._sent:
            return text
        sent = [*self._sent.values()]  # a signal may come, and empty it
        gone = [each for each in sent if self._open.get(each.number) is not each]
        missing: list[Picture] = []

        def cells(number: int, row: int, start: int, end: int) -> str:
            picture = self._open.get(number)
            if picture is None or row >= picture.rows or end > picture.columns:
                return _UNKNOWN * (end - start)
            if self._sent.get(number) is not picture:
                self._sent[number] = picture
                missing.append(picture)
            return picture.drawn(row, start, end)

        removed = self._removed(gone)
        text = redrawn(text, cells)
        return removed + "".join(each.sent for each in missing) + text

    def emptied(self) -> str:
        """What removes all of them from the terminal; they are sent again when they are drawn."""
        return self._removed([*self._sent.values()])

    def _removed(self, pictures: Sequence[Picture]) -> str:
        for each in pictures:
            self._sent.pop(each.number, None)
        return "".join(each.removed for each in pictures)
