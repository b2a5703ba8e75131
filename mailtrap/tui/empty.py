"""What is on the screen before the first row: where to send mail, and how."""

import shlex
from pathlib import Path

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from mailtrap.sanitize import sanitize
from mailtrap.tui.document import wrapped
from mailtrap.tui.endpoints import Endpoints, shown_address
from mailtrap.tui.snippets import filled, filled_tls

_TAKES = "any sender, recipient, user and password"
_LABEL = 12  # cells
_FEW = 12  # rows; a screen that has no more leaves out what is not needed to send mail


class EmptyState(VerticalScroll):
    """Says where the listener listens and what to write in an application's settings."""

    def __init__(
        self, endpoints: Endpoints, *, sample_key: str = "T", widget_id: str | None = None
    ) -> None:
        """``sample_key`` sends a test message; "" where no key does."""
        super().__init__(id=widget_id)
        self._endpoints = endpoints
        self._sample_key = sample_key
        self._text = Static(markup=False)

    def compose(self) -> ComposeResult:
        """One text; it scrolls where the terminal is small."""
        yield self._text

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._text.update(self._content(max(20, self.scrollable_content_region.width)))

    def _content(self, width: int) -> Content:
        if not self._endpoints.is_listening and self._endpoints.maildir is not None:
            return _waiting_for_others(self._endpoints.maildir, width)
        is_low = self.size.height <= _FEW
        lines: list[Content] = [] if is_low else [Content()]
        lines.append(Content.assemble(("Waiting for mail", "bold"), *self._where()))
        lines.append(Content.assemble((f"{_TAKES}; {self._secured()}", "$quiet")))
        lines += self._trust(width, is_low=is_low)
        if self._endpoints.smtp:
            if not is_low:
                key = f"; {self._sample_key} sends a test message" if self._sample_key else ""
                introduction = f"Point your application here and send something{key}:"
                lines += [Content(), Content(introduction), Content()]
            for who, what in filled(self._endpoints.smtp[0]):
                lines += _snippet(who, what, width)
        return Content("\n").join(lines)

    def _secured(self) -> str:
        if self._endpoints.starttls or self._endpoints.ca:
            return "STARTTLS is offered"
        return "TLS at smtps" if self._endpoints.has_tls else "no TLS"

    def _trust(self, width: int, *, is_low: bool) -> list[Content]:
        """The file of the CA, and how clients come to trust it."""
        ca = self._endpoints.ca
        if ca is None:
            return []
        pieces = sanitize(str(ca))
        path = [
            Content.assemble((pieces[start:end], "bold $server"))
            for start, end in wrapped(pieces, width)
        ]
        lines = [Content("Clients that use TLS have to trust this CA:"), *path]
        if is_low or not self._endpoints.smtp:
            return lines
        lines = [Content(), *lines, Content()]
        for who, what in filled_tls(self._endpoints.smtp[0], ca):
            lines += _snippet(who, what, width)
        return lines

    def _where(self) -> list[tuple[str, str]]:
        parts = [(" on ", "")]
        for scheme, addresses in (("smtp", self._endpoints.smtp), ("smtps", self._endpoints.smtps)):
            for address in addresses:
                parts.append((f"{scheme}://{shown_address(address)}", "bold $server"))
                parts.append((", ", ""))
        return parts[:-1]


def _waiting_for_others(maildir: Path, width: int) -> Content:
    path = sanitize(str(maildir))
    lines = [
        Content(),
        Content.assemble(("Waiting for mail in this maildir", "bold")),
        *(Content.assemble((path[a:b], "bold $server")) for a, b in wrapped(path, width)),
        Content(),
        Content("What any program puts there is shown at once.  To take mail by SMTP:"),
        Content(),
        *_snippet("mailtrap", f"mailtrap serve --maildir {shlex.quote(path)}", width),
    ]
    return Content("\n").join(lines)


def _snippet(who: str, what: str, width: int) -> list[Content]:
    """Behind its label where it fits, else below it from the left edge, to be copied as it is."""
    pieces = what.split("\n")
    if len(pieces) == 1 and cell_len(what) <= width - _LABEL:
        return [Content.assemble((f"{who:<{_LABEL}}", "$quiet"), what)]
    lines = [Content.assemble((who, "$quiet"))]
    for piece in pieces:
        lines += [Content(piece[start:end]) for start, end in wrapped(piece, width)]
    return lines
