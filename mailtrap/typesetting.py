"""Lines for a terminal from a tree of HTML.  Pure; takes time like the size of the tree.

Each element is set once, the cells of a table that has no tables within it twice: to set nested
tables again for each width that is tried takes time that doubles with every level.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mailtrap.columns import GAP, Cell, natural, room_of, shrunk
from mailtrap.markup import BLOCKS, RAW, Element
from mailtrap.sanitize import sanitize
from mailtrap.wrapping import BREAK, Line, Measure, Span, Style, cut, is_unlimited, wrapped

MIN_WIDTH = 20  # cells that lists and quotes leave for text
MAX_NESTING = 12  # levels that are shown as such; each makes every line within it longer
MAX_HEIGHT = 200  # lines that are put side by side where there are tables in tables
SKIPPED = (RAW - {"textarea", "xmp"}) | {"head", "template", "svg", "math", "select", "o:p"}

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_NEW_LINE = re.compile(r"\r\n?|\n")
_UNSEEN = re.compile("[\u00ad\u034f\u180e\u200b-\u200f\u2060\ufeff]")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_DIGITS = re.compile(r"\s*([0-9]{1,3})")


AS_IT_COMES = ""  # text in columns: it has the width of its column only when all are known
_STYLES = {
    "b": Style.BOLD,
    "strong": Style.BOLD,
    "th": Style.BOLD,
    "i": Style.ITALIC,
    "em": Style.ITALIC,
    "cite": Style.ITALIC,
    "s": Style.STRUCK,
    "del": Style.STRUCK,
    "strike": Style.STRUCK,
    "code": Style.CODE,
    "kbd": Style.CODE,
    "tt": Style.CODE,
    "pre": Style.CODE,
    "button": Style.BUTTON,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), Style.HEADING | Style.BOLD),
}
_SPACED = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "figure"]
)
_BUTTON_CLASS = re.compile(r"\b(?:btn|button|cta)")


@dataclass(slots=True)
class Looks:
    """What styles say of elements, found before the lines are made."""

    gone: set[Element] = field(default_factory=set)  # with all within them
    mute: set[Element] = field(default_factory=set)  # their own text is not seen
    links: dict[Element, int] = field(default_factory=dict)
    styles: dict[Element, Style] = field(default_factory=dict)
    aligned: dict[Element, str] = field(default_factory=dict)

    def note(self, element: Element, style: Mapping[str, str]) -> None:
        """Keep what the declarations and attributes of an element say of its look."""
        look = _STYLES.get(element.name, Style.PLAIN)
        weight = style.get("font-weight", "")
        if weight.startswith(("bold", "6", "7", "8", "9")):
            look |= Style.BOLD
        if element in self.links:
            look |= Style.LINK
            is_button = "padding" in style or "background" in style or "background-color" in style
            if is_button or _BUTTON_CLASS.search(element.attributes.get("class", "").lower()):
                look |= Style.BUTTON
        if look:
            self.styles[element] = look
        align = style.get("text-align", element.attributes.get("align", "")).strip().lower()
        if element.name == "center" or align == "center":
            self.aligned[element] = "center"
        elif align in ("left", "right", "start", "end"):
            self.aligned[element] = {"start": "left", "end": "right"}.get(align, align)


class _Manner(NamedTuple):
    """What text inherits."""

    style: Style = Style.PLAIN
    link: int | None = None
    align: str = "left"
    nesting: int = 0  # of tables, lists and quotes


def typeset(root: Element, looks: Looks, width: int, measure: Measure) -> tuple[Line, ...]:
    """The lines of a document, none wider than ``width`` but for what cannot be broken."""
    return tuple(_Typesetter(looks, measure).blocks(root, max(width, 2), _Manner()))


class _Typesetter:
    def __init__(self, looks: Looks, measure: Measure) -> None:
        self._looks = looks
        self._measure = measure

    def blocks(self, element: Element, room: int, manner: _Manner) -> list[Line]:
        """The lines of what is within an element, blank ones between paragraphs only."""
        manner = self._manner(element, manner)
        lines: list[Line] = []
        run: list[Span] = []
        number = 0
        for child in element.children:
            if isinstance(child, str):
                self._text(element, child, manner, run)
            elif child in self._looks.gone or child.name in SKIPPED:
                continue
            elif child.name in BLOCKS or child.holds_block:
                lines += wrapped(run, room, manner.align, self._measure)
                run.clear()
                number += child.name == "li"
                mark = f"{number}. " if element.name == "ol" else "• "
                block = self._block(child, room, manner, mark)
                is_table = child.name == "table" and len(block) > 1
                _append(lines, block, is_spaced=is_table or child.name in _SPACED)
            else:
                self._inline(child, manner, run)
        lines += wrapped(run, room, manner.align, self._measure)
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def _manner(self, element: Element, manner: _Manner) -> _Manner:
        looks = self._looks
        return _Manner(
            manner.style | looks.styles.get(element, Style.PLAIN),
            looks.links.get(element, manner.link),
            manner.align
            if manner.align == AS_IT_COMES
            else looks.aligned.get(element, manner.align),
            manner.nesting,
        )

    def _block(self, element: Element, room: int, manner: _Manner, mark: str) -> list[Line]:
        match element.name:
            case "hr":
                return [(Span("─" * min(room, 80), Style.NOTE),)]
            case "table":
                return self._table(element, room, manner)
            case "pre":
                return self._preformatted(element, room, manner)
            case "blockquote":
                return self._behind("│ ", "│ ", element, room, manner)
            case "li":
                return self._behind(mark, " " * len(mark), element, room, manner)
            case "dd":
                return self._behind("  ", "  ", element, room, manner)
            case _:
                lines = self.blocks(element, room, manner)
                link = self._looks.links.get(element)
                return [*lines, (_number(link),)] if lines and link is not None else lines

    def _behind(
        self, first: str, others: str, element: Element, room: int, manner: _Manner
    ) -> list[Line]:
        """The lines of an element behind a mark."""
        if room - len(first) < MIN_WIDTH or manner.nesting >= MAX_NESTING:
            return self.blocks(element, room, manner)
        manner = manner._replace(nesting=manner.nesting + 1)
        lines = self.blocks(element, room - len(first), manner)
        return [
            (Span(others if index else first, Style.NOTE), *line)
            for index, line in enumerate(lines)
        ]

    def _text(self, parent: Element, text: str, manner: _Manner, run: list[Span]) -> None:
        if parent not in self._looks.mute:
            shown = sanitize(_BLANKS.sub(" ", _UNSEEN.sub("", text)))
            run.append(Span(shown, manner.style, manner.link))

    def _inline(self, element: Element, manner: _Manner, run: list[Span]) -> None:
        manner = self._manner(element, manner)
        if element.name == "br":
            run.append(BREAK)
            return
        if element.name == "img":
            self._image(element, manner, run)
            return
        link = self._looks.links.get(element)
        inner: list[Span] = []
        for child in element.children:
            if isinstance(child, str):
                self._text(element, child, manner, inner)
            elif child not in self._looks.gone and child.name not in SKIPPED:
                self._inline(child, manner, inner)
        is_button = bool(self._looks.styles.get(element, Style.PLAIN) & Style.BUTTON)
        if is_button and any(span.text.strip() for span in inner):
            edge = manner.style, manner.link
            run += [Span("▐\xa0", *edge), *_stripped(inner), Span("\xa0▌", *edge)]
        else:
            run += inner
        if link is not None and inner:
            run.append(_number(link))

    def _image(self, element: Element, manner: _Manner, run: list[Span]) -> None:
        alt = sanitize(_BLANKS.sub(" ", element.attributes.get("alt", "")).strip())
        if alt:
            run.append(Span(f"[{alt}]", manner.style | Style.NOTE, manner.link))

    def _preformatted(self, element: Element, room: int, manner: _Manner) -> list[Line]:
        run: list[Span] = []
        self._inline_kept(element, self._manner(element, manner), run)
        lines: list[Line] = []
        line: list[Span] = []
        for span in run:
            for index, piece in enumerate(span.text.split("\n")):
                if index:
                    lines.append(tuple(line))
                    line = []
                if piece:
                    line.append(span._replace(text=piece))
        lines.append(tuple(line))
        while lines and not lines[-1]:
            lines.pop()
        first = next((index for index, line in enumerate(lines) if line), len(lines))
        return [piece for line in lines[first:] for piece in cut(line, room, self._measure)]

    def _inline_kept(self, element: Element, manner: _Manner, run: list[Span]) -> None:
        """The text of an element with its blanks and line ends."""
        for child in element.children:
            if isinstance(child, str):
                if element not in self._looks.mute:
                    lines = _NEW_LINE.split(_UNSEEN.sub("", child))
                    text = "\n".join(sanitize(line.expandtabs(8)) for line in lines)
                    run.append(Span(text, manner.style, manner.link))
            elif child.name == "br":
                run.append(BREAK)
            elif child not in self._looks.gone and child.name not in SKIPPED:
                self._inline_kept(child, self._manner(child, manner), run)

    def _table(self, table: Element, room: int, manner: _Manner) -> list[Line]:
        # Its align attribute is about the table, not about the text in it.
        manner = self._manner(table, manner)._replace(
            align=manner.align, nesting=manner.nesting + 1
        )
        lines: list[Line] = []
        found = self._rows(table, room, manner, lines)
        if any(len(_cells_of(row)) > 1 for row in found):
            manner = manner._replace(align=AS_IT_COMES)
        rows = [self._cells(row, room, manner, lines) for row in found]
        rows = [row for row in rows if any(cell.lines for cell in row)]
        is_column = all(sum(bool(cell.lines) for cell in row) <= 1 for row in rows)
        height = max((len(cell.lines) for row in rows for cell in row), default=0)
        is_deep = manner.nesting > MAX_NESTING or (table.holds_table and height > MAX_HEIGHT)
        if is_column or is_deep:
            return _append(lines, self._stacked(rows))
        rows = [[self._measured(cell) for cell in row] for row in rows]
        widths = natural(rows)
        total = sum(widths.values()) + GAP * (len(widths) - 1)
        if total > room:
            fitting = None if table.holds_table else shrunk(widths, room)
            if fitting is None:
                return _append(lines, self._stacked(rows))
            rows = [[self._reset(cell, fitting, manner) for cell in row] for row in rows]
            widths = fitting
        return _append(lines, self._grid(rows, widths, room))

    def _rows(self, table: Element, room: int, manner: _Manner, lines: list[Line]) -> list[Element]:
        """The rows; what is in no row is seen above the table, as in browsers."""
        rows = []
        for child in table.children:
            if isinstance(child, str) or child in self._looks.gone:
                continue
            if child.name == "tr":
                rows.append(child)
            elif child.name in ("tbody", "thead", "tfoot"):
                rows += self._rows(child, room, manner, lines)
            elif child.name not in SKIPPED:
                _append(lines, self.blocks(child, room, manner))
        return rows

    def _cells(self, row: Element, room: int, manner: _Manner, lines: list[Line]) -> list[Cell]:
        found, column = [], 0
        manner = self._manner(row, manner)
        for child in row.children:
            if isinstance(child, str) or child in self._looks.gone:
                continue
            if child.name not in ("td", "th"):
                _append(lines, self.blocks(child, room, manner))
                continue
            spanned = _DIGITS.match(child.attributes.get("colspan", ""))
            columns = max(1, int(spanned[1])) if spanned else 1
            laid = self.blocks(child, room, manner)
            found.append(Cell(column, columns, child, laid))
            column += columns
        return found

    def _measured(self, cell: Cell) -> Cell:
        return cell._replace(width=max(map(self._width, cell.lines), default=0))

    def _reset(self, cell: Cell, widths: Mapping[int, int], manner: _Manner) -> Cell:
        room = room_of(cell, widths)
        if cell.width <= room or not room:
            return cell
        return cell._replace(lines=self.blocks(cell.element, room, manner))

    def _stacked(self, rows: Iterable[Sequence[Cell]]) -> list[Line]:
        lines: list[Line] = []
        for row in rows:
            for cell in row:
                _append(lines, cell.lines, is_spaced=cell.element.holds_block)
        return lines

    def _grid(
        self, rows: Iterable[Sequence[Cell]], widths: Mapping[int, int], room: int
    ) -> list[Line]:
        lines: list[Line] = []
        for row in rows:
            columns = [cell for cell in row if room_of(cell, widths)]
            for index in range(max((len(cell.lines) for cell in columns), default=0)):
                line: list[Span] = []
                for cell in columns:
                    spans = cell.lines[index] if index < len(cell.lines) else ()
                    line += spans
                    if cell is not columns[-1]:
                        used = 0 if is_unlimited(room) else self._width(spans)
                        free = 0 if is_unlimited(room) else room_of(cell, widths) - used
                        line.append(Span(" " * (max(free, 0) + GAP)))
                lines.append(tuple(line))
            if any(cell.element.name == "th" for cell in row) and not is_unlimited(room):
                total = sum(widths.values()) + GAP * (len(widths) - 1)
                lines.append((Span("─" * total, Style.NOTE),))
        return lines

    def _width(self, line: Line) -> int:
        return sum(self._measure(span.text) for span in line)


def _append(lines: list[Line], more: Sequence[Line], *, is_spaced: bool = False) -> list[Line]:
    """Add lines, with a blank one before and behind where they are a paragraph."""
    if more:
        if is_spaced and lines and lines[-1]:
            lines.append(())
        lines += more
        if is_spaced:
            lines.append(())
    return lines


def _cells_of(row: Element) -> list[Element]:
    return [
        child for child in row.children if isinstance(child, Element) and child.name in ("td", "th")
    ]


def _number(link: int) -> Span:
    return Span(f"⁽{link + 1}⁾".translate(_SUPERSCRIPTS), Style.NOTE, link)


def _stripped(run: Sequence[Span]) -> list[Span]:
    """A run without blanks at its ends."""
    shown = list(run)
    while shown and not shown[0].text.strip():
        shown.pop(0)
    while shown and not shown[-1].text.strip():
        shown.pop()
    if shown:
        shown[0] = shown[0]._replace(text=shown[0].text.lstrip())
        shown[-1] = shown[-1]._replace(text=shown[-1].text.rstrip())
    return shown
