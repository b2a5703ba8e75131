"""What one does with a message: copy, save, hand to a program, look at in a browser.

What takes time is done beside the screen, with the message that was under the cursor when the
key was pressed.
"""

import asyncio
import os
from collections.abc import Coroutine
from copy import copy
from functools import partial
from typing import Any

from mailtrap.amounts import amount
from mailtrap.content import Content
from mailtrap.sanitize import sanitize
from mailtrap.tui import browser, clipboard, hints, outside
from mailtrap.tui.conversation import SessionDocument
from mailtrap.tui.copying import Copyable, Copying, preview
from mailtrap.tui.document import Document, plain
from mailtrap.tui.file_names import message_name
from mailtrap.tui.item import Item
from mailtrap.tui.menu import Choice
from mailtrap.tui.picture_cells import without_pictures
from mailtrap.tui.previews import Previews
from mailtrap.tui.repro import reached
from mailtrap.tui.save_actions import Saving

_COPY = "Copy"
_WIDE = 300  # cells; the menu cuts off what there is no room for


class Taking(Saving):
    """Actions that take something out of the screen."""

    _desk: outside.Desk
    _previews: Previews
    _show_secrets: bool

    # Copy

    def action_copy_menu(self) -> None:
        """Show what can be copied; the next key chooses."""
        if item := self._item():
            address = reached(self._endpoints.smtp)
            copying = Copying(item, address, show_secrets=self._show_secrets)
            self._open_menu(
                _COPY,
                [
                    Choice(what.key, what.name, partial(self._copy, what))
                    for what in copying.choices
                ],
            )
            self._beside(self._describe(copying), "previews")

    async def _describe(self, copying: Copying) -> None:
        self._menu.describe(_COPY, await asyncio.to_thread(copying.previews))

    def _copy(self, what: Copyable) -> None:
        self._beside(self._find_and_copy(what), "copy")

    async def _find_and_copy(self, what: Copyable) -> None:
        found = await asyncio.to_thread(what.find)
        if not found:
            self.notice(what.missing)
        elif len(found) == 1:
            await self._put(what.name, found[0])
        else:
            self._open_menu(
                f"Copy which {what.name}?",
                [
                    Choice(
                        str(number),
                        "",
                        partial(self._put_away, what.name, each),
                        preview([each], _WIDE),
                    )
                    for number, each in enumerate(found, 1)
                ],
            )

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what is selected, by whatever way there is; textual calls this."""
        self._put_away("selection", text.encode("utf-8", "replace"))

    def _put_away(self, name: str, octets: bytes) -> None:
        self._beside(self._put(name, octets), "copy")

    async def _put(self, name: str, octets: bytes) -> None:
        """Into the clipboard, by whatever way there is."""
        size = f"{name}: {amount(len(octets), 'octet')}"
        if took := await asyncio.to_thread(clipboard.hand_over, octets, os.environ):
            self.notice(f"{size} copied with {' and '.join(took)}")
        elif len(octets) <= clipboard.MOST_BY_TERMINAL:
            super().copy_to_clipboard(octets.decode("utf-8", "replace"))
            self.notice(f"{size} given to the terminal (OSC 52); not every terminal takes it")
        else:
            try:
                path = await asyncio.to_thread(clipboard.write_file, octets)
            except OSError as error:
                self.notice(f"{size} could not be copied: {error}", is_trouble=True)
            else:
                self.notice(f"{size}, too much for the terminal; they are in {path}")

    # Other programs

    def action_page_text(self) -> None:
        """Show what the detail shows in the user's pager."""
        # A copy, since a session goes on while the text is made in a thread.
        document = copy(self._detail.view.document)
        self._beside(self._outside(self._page(document)), "outside")

    def action_edit(self) -> None:
        """Open a copy of the source in the user's editor."""
        if item := self._with_data():
            self._beside(self._outside(self._edit(item)), "outside")

    def action_pipe(self) -> None:
        """Ask for a command, and run it with the source as its input."""
        item = self._with_data()
        if item is None:
            return

        def then(command: str) -> None:
            self._beside(self._outside(self._pipe(item, command)), "outside")

        self._prompt.ask("pipe the source to", "", then, is_path=False)

    async def _outside(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (OSError, outside.OutsideError) as error:
            self.notice(str(error), is_trouble=True)

    async def _page(self, document: Document) -> None:
        command = outside.pager(os.environ)
        text = await asyncio.to_thread(_text_of, document)
        await outside.page(self, command, self._desk.put("text", text))

    async def _edit(self, item: Item) -> None:
        command = outside.editor(os.environ)
        path = self._desk.put(message_name(item.content.subject, item.id), item.data)
        await outside.edit(self, command, path)
        if path.exists() and path.read_bytes() != item.data:
            self.notice("you changed a copy; the message itself stays as it came")

    async def _pipe(self, item: Item, command: str) -> None:
        await outside.pipe(self, command, self._desk.put("source", item.data))

    # Browser

    def action_browse(self) -> None:
        """Show the message in a browser, which loads nothing for it."""
        if item := self._with_data():
            self._beside(self._browse(item.content), "browse")

    def action_browse_remote(self) -> None:
        """The same, and once confirmed it loads images from other servers."""
        if item := self._with_data():
            again, keys = hints.again("message.browse-remote", self.remapped)
            self._question.ask(
                f"images on other servers: to load them tells who sent this;{again} loads them",
                keys,
                lambda: self._beside(self._browse(item.content, with_remote=True), "browse"),
            )

    async def _browse(self, content: Content, *, with_remote: bool = False) -> None:
        try:
            url = await asyncio.to_thread(self._previews.add, content, with_remote=with_remote)
        except OSError as error:
            self.notice(f"cannot serve the page to a browser: {error}", is_trouble=True)
            return
        if browser.can_open(os.environ) and await browser.open_url(url, os.environ):
            self.notice(f"opened {url}")
            return
        tunnel = browser.tunnel(url, os.environ)
        self._open_menu(
            "No browser can be opened from here; this is what to open, and how to reach it",
            [
                Choice("u", "copy URL", partial(self._put_away, "URL", url.encode()), url),
                Choice("s", "copy ssh", partial(self._put_away, "ssh", tunnel.encode()), tunnel),
            ],
        )

    # Links

    def _offer_link(self, address: str) -> None:
        """Nothing is opened by a mere click: it may tell the sender who read the message."""
        shown = sanitize(address)
        self._open_menu(
            "Where this link leads",
            [
                Choice("y", "copy", partial(self._put_away, "link", address.encode()), shown),
                Choice("o", "open in a browser", lambda: self._beside(self._go_to(address))),
            ],
        )

    async def _go_to(self, address: str) -> None:
        if browser.can_open(os.environ) and await browser.open_url(address, os.environ):
            self.notice(f"opened {address}")
        else:
            self.notice("no browser can be opened from here; y in that menu copies the link")


def _text_of(document: Document) -> bytes:
    """All lines of a document, with the times and marks of a transcript."""
    has_gutter = isinstance(document, SessionDocument)
    lines = (
        (plain(document.gutter(n)) if has_gutter else "") + plain(document.line(n)) + "\n"
        for n in range(len(document))
    )
    return without_pictures("".join(lines), document).encode("utf-8", "replace")
