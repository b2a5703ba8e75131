"""What each key does that is not about one widget alone.

All of it happens in the call: the next key may have been pressed already, and finds things as
this one left them.
"""

from collections.abc import Mapping, Sequence

from textual.screen import Screen
from textual.widget import Widget

from mailtrap.amounts import amount
from mailtrap.trap import Catch
from mailtrap.tui import hints
from mailtrap.tui.detail import Detail
from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.filtering import Filter
from mailtrap.tui.help import HelpScreen
from mailtrap.tui.listing import Listing
from mailtrap.tui.marks import Marks
from mailtrap.tui.notices import Notices
from mailtrap.tui.panes import Panes
from mailtrap.tui.prompt import Prompt
from mailtrap.tui.question import Question
from mailtrap.tui.registry import LISTS, VIEW
from mailtrap.tui.row_list import RowList
from mailtrap.tui.rows import Row

QUIT_KEYS = ("ctrl+c", "ctrl+q")  # besides that of the action
_NEED_A_ROW = frozenset(
    (
        "delete",
        "delete_all",
        "toggle_read",
        "next_unread",
        "follow",
        "tab",
        "zoom",
        "open",
        "page_on",
        "copy_menu",
        "save",
        "save_attachments",
        "browse",
        "browse_remote",
        "page_text",
        "edit",
        "pipe",
        "mark",
    )
)
_ABOUT_MAIL = frozenset(
    ("delete", "toggle_read", "next_unread", "follow", "page_on", "mark", "only_marked")
)
_MISSING = {
    "html": "there is no HTML in this message",
    "attachments": "nothing is attached to this message",
}


class Actions(Notices):
    """The actions of the app; what they act upon is put together elsewhere."""

    listing: Listing
    _catch: Catch
    _endpoints: Endpoints
    _list: RowList
    _detail: Detail
    _panes: Panes
    _question: Question
    _marks: Marks
    _prompt: Prompt
    _filter: Filter
    _view: str
    remapped: Mapping[str, str]

    @property
    def _main(self) -> Screen[object]:
        """The screen with the panes, also while help is above it."""
        return self.screen_stack[0]

    @property
    def _is_reading(self) -> bool:
        """The detail is in focus."""
        return self._main.focused is self._detail.view

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that need a row are not offered where there is none, and none behind help."""
        if self.screen is not self._main or self._prompt.has_keys:
            return False
        # While somebody reads, the same key goes back to the list.
        return self._is_offered(action) and not (action == "quit_from_list" and self._is_reading)

    def is_offered(self, action: str) -> bool:
        """It makes sense now, whatever is above the panes; as text, such as "tab(1)"."""
        return self._is_offered(action.partition("(")[0])

    def _is_offered(self, action: str) -> bool:
        if action in _NEED_A_ROW and self._current is None:
            return False
        if action in _ABOUT_MAIL and self._view != "mail":
            return False
        if action == "severity":
            return self._view == "problems"
        if action == "leave":
            return self._is_reading or (self._filter.is_active and self._view == "mail")
        if action == "search":
            return self._is_reading
        if action == "item":
            return self._detail.display and (
                self._detail.finder.is_active or self._detail.has_items
            )
        if action == "open_item":
            return self._is_reading and self._detail.has_items
        if action == "raw":
            return self._detail.tab == "headers"
        if action == "page_on":
            return not self._is_reading
        return True

    @property
    def _rows(self) -> Sequence[Row]:
        """The rows that are shown, oldest first."""
        return self._filter.shown(self._unfiltered)

    @property
    def _unfiltered(self) -> Sequence[Row]:
        return self._marks.shown(self.listing.rows)

    @property
    def _current(self) -> Row | None:
        """What is under the cursor."""
        raise NotImplementedError

    @property
    def _current_list(self) -> Widget:
        """The list of the view."""
        raise NotImplementedError

    def _open_problem(self) -> bool:
        raise NotImplementedError

    @property
    def _pane(self) -> str:
        return VIEW if self._is_reading else LISTS

    # Panes

    def action_open(self) -> None:
        """Read the row under the cursor."""
        if self._open_problem():
            return
        if row := self._current:
            if self._view == "mail":
                self._mark(row.id, unread=False)
            self._main.add_class("-reading")
            # Not widget.focus(): that waits its turn, and the next key would not find it done.
            self._main.set_focus(self._detail.view)

    def action_leave(self) -> None:
        """End a search or close what was opened; else go back to the list."""
        if self._is_reading:
            if not self._detail.close_item():
                self._go_to_list()
        else:
            self._list.stay(self._unfiltered)
            self._filter.end()

    def _go_to_list(self) -> None:
        self._main.remove_class("-reading")
        self._main.set_focus(self._current_list)

    def action_cycle(self) -> None:
        """Go to the other pane."""
        if self._is_reading:
            self._go_to_list()
        else:
            self.action_open()

    def action_zoom(self) -> None:
        """Give the whole screen to the pane in focus, or share it again."""
        self._panes.zoom()

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(HelpScreen(self._endpoints, self._pane, self.remapped))

    # The detail

    def _bring_detail(self) -> None:
        """Let what is about to change in the detail be seen: beside the list, or instead of it."""
        if self._is_reading or self._detail.display:
            return
        if self._panes.is_zoomed:
            self._panes.zoom()
        if not self._panes.has_room_for_two:
            self.action_open()

    def action_tab(self, direction: int) -> None:
        """Show the next or previous tab."""
        self._bring_detail()
        self._detail.turn(direction)

    def action_show_tab(self, tab: str) -> None:
        """Show that tab, or say why there is none."""
        if self._detail.choose(tab):
            self._bring_detail()
        elif self._current is not None:
            self.notice(_MISSING.get(tab, "no mail data came in this session"))

    def action_fold(self) -> None:
        """Show long replies of the transcript in full, or their first lines only."""
        self._bring_detail()
        self._detail.fold()

    def action_raw(self) -> None:
        """Show the header fields as octets, or for reading."""
        self._bring_detail()
        self._detail.toggle_raw()

    def action_search(self) -> None:
        """Ask what to search in the document."""
        self._detail.finder.begin()

    def action_item(self, direction: int) -> None:
        """Go to the next or previous match of a search, else issue, part or attachment."""
        self._detail.select(direction)

    def action_open_item(self) -> None:
        """Show where the selected issue or part is, or what is in the attachment."""
        self._detail.open_item()

    def action_scroll_detail(self, rows: int) -> None:
        """Scroll the detail and stay where we are."""
        self._bring_detail()
        self._detail.view.scroll_by(rows)

    def action_page_on(self) -> None:
        """Page the detail, and at its end go to the next older row."""
        if not self._detail.display:
            self._bring_detail()
        elif self._detail.view.is_at_end:
            self._list.action_move(1)
        else:
            self._detail.view.page(1)

    # The way out

    async def action_quit(self) -> None:
        """Quit; mail that is only in memory has to be given up twice."""
        self._quit()

    action_quit_from_list = action_quit  # by a key that goes back to the list first

    def action_interrupt(self) -> None:
        """Copy what is selected; without a selection this is what many press to quit."""
        if selected := self.screen.get_selected_text():
            self.copy_to_clipboard(selected)
        else:
            self._quit()

    def _quit(self) -> None:
        if (count := self.listing.messages) and self._endpoints.maildir is None:
            kept = f"{amount(count, 'message')} {'is' if count == 1 else 'are'} only in memory"
            again, keys = hints.again("app.quit", self.remapped, QUIT_KEYS)
            self._question.ask(
                f"{kept}:{again} to quit, any other key to stay", keys, lambda: self.exit(0)
            )
        else:
            self.exit(0)

    def action_explain_suspend(self) -> None:
        """Stop the process, but where the server is a thread of it; then say why not."""
        if self._endpoints.is_listening:
            quits = hints.key("app.quit", ", or ", self.remapped, " to quit")
            self._question.tell(f"ctrl+z would stop the server too: use another terminal{quits}")
        else:
            self.action_suspend_process()

    # What the app knows and brings up to date

    def _mark(self, row_id: str, *, unread: bool) -> None:
        raise NotImplementedError

    def _show(self) -> None:
        raise NotImplementedError

    def _show_status(self) -> None:
        raise NotImplementedError
