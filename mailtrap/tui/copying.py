"""What can be copied of a message, and by which key.  Pure, no terminal.

What is made to be read is safe to show, since it may be pasted into a terminal; the raw source
is what came, to the octet.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mailtrap.content import Content
from mailtrap.sanitize import sanitize, sanitize_lines
from mailtrap.transcript import lines
from mailtrap.tui import repro
from mailtrap.tui.endpoints import Address
from mailtrap.tui.item import Item
from mailtrap.tui.row_cells import fit

if TYPE_CHECKING:
    from mailtrap.session import Session

PREVIEW = 40  # cells of what would be copied
_COMMANDS = ("k", "u")
_HEAD = 2**15  # octets that are read for a preview


@dataclass(frozen=True, slots=True)
class Copyable:
    """One thing to copy."""

    key: str
    name: str
    find: Callable[[], Sequence[bytes]]  # none, one, or several to choose from
    missing: str  # what to say where there is none


class Copying:
    """What can be copied of an item.  Reads it when asked: large ones take their time."""

    def __init__(self, item: Item, address: Address, *, show_secrets: bool = False) -> None:
        """``address``: where commands send the message again."""
        self._item = item
        self._address = address
        self._show_secrets = show_secrets

    @property
    def choices(self) -> Sequence[Copyable]:
        """All there is, in the order of the menu."""
        return (
            Copyable("y", "text", self._text, "there is no text to copy"),
            Copyable("s", "subject", self._subject, "there is no subject"),
            Copyable("f", "from", self._from, "nobody is named as the sender"),
            Copyable("l", "link", self._links, "there is no link in it"),
            Copyable("c", "code", self._codes, "no one-time code was found in it"),
            Copyable("r", "raw source", self._raw, "no mail data came"),
            Copyable("h", "headers", self._headers, "there are no header fields"),
            Copyable("t", "transcript", self._transcript, "the session is not kept"),
            Copyable("j", "JSON", self._json, "only messages have that"),
            Copyable("k", "swaks command", partial(self._command, repro.swaks), self._no_command),
            Copyable("u", "curl command", partial(self._command, repro.curl), self._no_command),
            Copyable("p", "pytest snippet", self._test, self._no_command),
        )

    @property
    def _no_command(self) -> str:
        return "see its messages in Mail" if self._item.is_elsewhere else "no mail came"

    def previews(self) -> dict[str, str]:
        """How what would be copied begins, by key; what is long is made of the head only."""
        item = self._item
        head = replace(item, data=item.data[:_HEAD])
        short = Copying(head, self._address, show_secrets=self._show_secrets)
        found = {each.key: each.find() for each in short.choices}
        for key in _COMMANDS:  # the message comes first in them
            found[key] = [b"".join(command.splitlines()[-1:]) for command in found[key]]
        return {key: preview(octets) for key, octets in found.items()}

    # What it finds

    def _text(self) -> list[bytes]:
        content = self._content
        text = content.hypertext.text if content.text is None else content.text
        return _if_any(sanitize_lines(text))

    def _subject(self) -> list[bytes]:
        return _if_any(sanitize(self._content.subject))

    def _from(self) -> list[bytes]:
        return _if_any(
            sanitize(self._content.field("from") or self._item.envelope.reverse_path or "")
        )

    def _links(self) -> list[bytes]:
        # The same link may stand in many places.
        return [sanitize(href).encode() for href in dict.fromkeys(_hrefs(self._content))]

    def _codes(self) -> list[bytes]:
        return [sanitize(code).encode() for code in self._content.codes]

    def _raw(self) -> list[bytes]:
        return [self._item.data] if self._item.data else []

    def _headers(self) -> list[bytes]:
        content = self._content
        section = content.data[: content.header_end].decode("utf-8", "backslashreplace")
        return _if_any(sanitize_lines(section.replace("\r\n", "\n")))

    def _transcript(self) -> list[bytes]:
        session = self._item.session
        return [] if session is None else [self._said(session).encode()]

    def _said(self, session: "Session") -> str:
        said = lines(session.transcript, show_secrets=self._show_secrets)
        return "".join(f"{line.mark} {line.text}\n" for line in said)

    def _json(self) -> list[bytes]:
        from mailtrap.console import message_keys  # the rules come with it

        message = self._item.message
        return [] if message is None else [json.dumps(message_keys(message), indent=2).encode()]

    def _command(self, tool: Callable[..., str]) -> list[bytes]:
        item = self._item
        has_mail = item.data or item.envelope.sender or item.envelope.recipients
        if item.is_elsewhere or not has_mail:
            return []
        return [tool(item.envelope, item.data, self._address).encode()]

    def _test(self) -> list[bytes]:
        return self._command(partial(repro.smtplib, name=self._item.id))

    @property
    def _content(self) -> Content:
        return self._item.content


def preview(found: Sequence[bytes], width: int = PREVIEW) -> str:
    """How it begins, in so many cells that there is room for it; how many there are."""
    if not found:
        return "—"
    text = found[0][: 8 * width].decode("utf-8", "replace").strip()
    cells = fit(sanitize(" ".join(text.split())), width).rstrip()
    return f"{cells}  (1 of {len(found)})" if len(found) > 1 else cells


def _if_any(text: str) -> list[bytes]:
    return [text.encode("utf-8", "replace")] if text.strip() else []


def _hrefs(content: Content) -> list[str]:
    return [link.href.strip() for link in content.links]
