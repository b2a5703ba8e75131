"""What the tabs show of mail data, but for its source: documents made for so many cells.

To make one may take long: unless it ``is_quick`` that is done in a thread.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from mailtrap.content import Content
from mailtrap.parts import Part
from mailtrap.tui import tabs
from mailtrap.tui.attachments import AttachmentsDocument, attached
from mailtrap.tui.document import Document, TextDocument
from mailtrap.tui.graphics import Graphics
from mailtrap.tui.headers import HeadersDocument, Remark
from mailtrap.tui.hints import USUAL
from mailtrap.tui.html_view import HtmlDocument
from mailtrap.tui.mime_tree import MimeDocument
from mailtrap.tui.preview import preview

Make = Callable[[int], Document]

AT_ONCE = 2**15  # octets; larger mail data is read in a thread
_MANY_PARTS = 200  # lines that may separate parts; to cut more of them takes its time


class Pages:
    """Mail data and what is known of it."""

    def __init__(
        self,
        data: bytes,
        *,
        in_colour: bool = True,
        is_raw: bool = False,
        remapped: Mapping[str, str] = USUAL,
        graphics: Graphics | None = None,
    ) -> None:
        self.data = data
        self._remapped = remapped
        self.content = Content(data)
        self.is_raw = is_raw  # show the header section as octets
        self.opened: Part | None = None  # an attachment
        self.closed: Part | None = None  # the one that was opened last
        self._in_colour = in_colour
        self._graphics = graphics
        self._has_html = False
        self._attached: tuple[Part, ...] = ()
        self._is_surveyed = False
        self._set: dict[str, HtmlDocument] = {}  # HTML as it was set last, by tab
        if len(data) <= AT_ONCE or data.count(b"\n--") <= _MANY_PARTS:
            self.survey()
        else:  # a guess, until the thread had time for it
            self._survey(Content(data[:AT_ONCE]))

    @property
    def is_quick(self) -> bool:
        """Documents are made at once.  Of an image nobody knows how large it is unpacked."""
        is_image = self.opened is not None and self.opened.content_type.startswith("image/")
        return len(self.data) <= AT_ONCE and not is_image

    def survey(self) -> None:
        """Look which tabs there are.  May take long."""
        if not self._is_surveyed:
            self._survey(self.content)
            self._is_surveyed = True

    def _survey(self, content: Content) -> None:
        self._has_html = content.has_html
        self._attached = attached(content)

    @property
    def tabs(self) -> Sequence[tabs.Tab]:
        """The tabs about the mail data."""
        html = (tabs.HTML,) if self._has_html else ()
        count = len(self._attached)
        attachments = (replace(tabs.ATTACHMENTS, count=count),) if count else ()
        return (tabs.TEXT, *html, tabs.HEADERS, tabs.SOURCE, tabs.MIME, *attachments)

    def maker(self, tab: str, remarks: Iterable[Remark]) -> Make:
        """What makes the document of a tab; call it in whatever thread."""
        if tab == tabs.HEADERS.id:
            return lambda _: HeadersDocument(self.content, remarks)
        if tab == tabs.MIME.id:
            return partial(MimeDocument, self.content, remapped=self._remapped)
        if tab == tabs.HTML.id:
            return partial(self._kept, tab, _html)
        if tab != tabs.ATTACHMENTS.id:
            return partial(self._kept, tab, text_page)
        if self.opened is not None:
            return partial(preview, self.opened, in_colour=self._in_colour, graphics=self._graphics)
        return lambda _: AttachmentsDocument(self._attached, self._remapped, self.closed)

    def _kept(self, tab: str, make: Callable[[Content, int], Document], room: int) -> Document:
        """What was made of the content before, where it is HTML and fits: that takes longest."""
        before = self._set.get(tab)
        if before is not None and before.room == room:
            return before
        made = make(self.content, room)
        if isinstance(made, HtmlDocument):
            self._set[tab] = made
        return made


def text_page(content: Content, room: int) -> Document:
    """The text of a message; where there is none, its HTML."""
    if content.text is not None:
        empty = "" if content.text.strip() else "The text is empty."
        return TextDocument(content.text, _notices(content, empty))
    if content.html is not None:
        return _html(content, room, "There is only HTML in this message; this is how it reads.")
    none = "There is no text in this message; Source shows what there is."
    return TextDocument("", _notices(content, none))


def _html(content: Content, room: int, notice: str = "") -> Document:
    notice = _notices(content, notice)
    return HtmlDocument(content.hypertext, room, notice, content.content_ids)


def _notices(content: Content, notice: str) -> str:
    """That, and what was too much to read."""
    told = [f"{each[:1].upper()}{each[1:]}." for each in content.limits_of_parts]
    return "\n".join(filter(None, [notice, *told]))
