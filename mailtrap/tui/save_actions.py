"""Saving messages and attachments as files; and what all actions about a message begin with.

What takes time is done beside the screen, with the message that was under the cursor when the
key was pressed.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from mailtrap.amounts import amount
from mailtrap.parts import Part
from mailtrap.sanitize import sanitize
from mailtrap.tui import saving
from mailtrap.tui.file_names import message_name, part_name
from mailtrap.tui.item import Item, item_of
from mailtrap.tui.keeping import Keeping
from mailtrap.tui.menu import Choice, Menu
from mailtrap.tui.prompt import Prompt
from mailtrap.tui.rows import Row

_NAMED = 5  # files that are told by their names


class Saving(Keeping):
    """Actions that write files of the user."""

    _menu: Menu
    _prompt: Prompt

    def _item(self) -> Item | None:
        """What is under the cursor."""
        row = self._current
        return item_of(self._catch, row) if row else None

    def _with_data(self) -> Item | None:
        """The same where there is mail data; else this says that there is none."""
        item = self._item()
        if item is not None and not item.data:
            self.notice("no mail data came in this session")
            return None
        return item

    def _open_menu(self, title: str, choices: Sequence[Choice]) -> None:
        self.clear_notifications()  # they would cover it
        self._menu.open(title, choices)

    def _beside(self, work: Coroutine[Any, Any, None], group: str = "") -> None:
        """Do it while the screen goes on, in place of what is done of that group, if it has one."""
        self.run_worker(work, group=group or "beside", exclusive=bool(group))

    # Save

    def action_save(self) -> None:
        """Ask where to save the source; in Mail that of every message that is marked."""
        if self._view == "mail" and (marked := self._marked):
            self._ask_where_marked(marked)
        elif item := self._with_data():
            name = message_name(item.content.subject, item.id)
            self._ask_where("save the message as", name, name, lambda: item.data)

    def action_save_attachments(self) -> None:
        """Ask which attachment to save, where there are several, and where to."""
        item = self._with_data()
        if item is None:
            return
        parts = saving.attachments(item.content)
        if not parts:
            self.notice("nothing is attached to this message")
        elif len(parts) == 1:
            self._ask_where_part(parts[0])
        else:
            choices = [
                Choice(
                    str(number), part_name(part), partial(self._ask_where_part, part), _told(part)
                )
                for number, part in enumerate(parts, 1)
            ]
            every = Choice("a", f"all {len(parts)}", partial(self._ask_where_all, parts))
            self._open_menu("Save which attachment?", [*choices, every])

    def _ask_where_part(self, part: Part) -> None:
        name = part_name(part)
        self._ask_where("save the attachment as", name, name, lambda: part.payload)

    def _ask_where(self, label: str, value: str, name: str, octets: Callable[[], bytes]) -> None:
        def then(written: str) -> None:
            self._beside(self._save(label, written, name, octets))

        self._prompt.ask(label, value, then, hint="file or directory")

    async def _save(self, label: str, written: str, name: str, octets: Callable[[], bytes]) -> None:
        try:
            path = await asyncio.to_thread(saving.save_as, written, name, octets)
        except saving.TakenError as error:
            self._ask_where("that is there already; save as", str(error.free), name, octets)
        except saving.SaveError as error:
            self.notice(str(error), is_trouble=True)
            self._ask_where(label, written, name, octets)
        else:
            self.notice(f"saved {path}")

    def _ask_where_all(self, parts: Sequence[Part]) -> None:
        files = [(part_name(part), partial(_payload, part)) for part in parts]
        self._ask_directory("save all of them in the directory", files)

    def _ask_where_marked(self, rows: Sequence[Row]) -> None:
        with_data = [row for row in rows if row.size]
        if not with_data:
            self.notice("no mail data came with what is marked")
            return
        what = amount(len(with_data), "marked message")
        self._ask_directory(f"save the {what} in the directory", self._files(with_data))

    def _files(self, rows: Sequence[Row]) -> Iterator[saving.File]:
        """The mail data of each, read when its turn comes."""
        for row in rows:
            if (item := item_of(self._catch, row)) and item.data:
                yield message_name(item.content.subject, item.id), partial(_data, item)

    def _ask_directory(self, label: str, files: Iterable[saving.File]) -> None:
        def then(written: str) -> None:
            self._beside(self._save_all(written, files))

        self._prompt.ask(label, "./", then)

    async def _save_all(self, written: str, files: Iterable[saving.File]) -> None:
        try:
            paths = await asyncio.to_thread(saving.save_all, written, files)
        except saving.SaveError as error:
            self.notice(str(error), is_trouble=True)
            return
        names = [path.name for path in paths]
        told = ", ".join(names) if len(names) <= _NAMED else amount(len(names), "file")
        self.notice(f"saved {told} in {written}")


def _told(part: Part) -> str:
    octets = part.end - part.body_start
    return f"{sanitize(part.content_type)}, {amount(octets, 'octet')} as sent"


def _payload(part: Part) -> bytes:
    return part.payload


def _data(item: Item) -> bytes:
    return item.data
