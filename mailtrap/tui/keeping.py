"""Which messages stay, which were read, and which the user has marked."""

from collections.abc import Sequence

from textual.timer import Timer

from mailtrap.amounts import amount
from mailtrap.errors import StoreError
from mailtrap.tui import hints
from mailtrap.tui.actions import Actions
from mailtrap.tui.deletion import GRACE, Deletion
from mailtrap.tui.rows import Row


class Keeping(Actions):
    """Actions that change what the list shows of messages."""

    _deletion: Deletion
    _unmarked: Sequence[Row] = ()  # rows whose marks went with their deletion
    _grace: Timer | None = None  # until the deletion is for good

    # Deletion

    def action_delete(self) -> None:
        """Delete what is marked, when asked twice; else the message under the cursor.

        A session that brought none is hidden.
        """
        if marked := self._marked:
            again, keys = hints.again("app.delete", self.remapped)
            what = amount(len(marked), "marked row")
            hidden = len(marked) - sum(row in self._marks for row in self._rows)
            if hidden:  # by the filter
                what += f" ({hidden:,} not shown)"
            self._question.ask(
                f"delete the {what}?{again} deletes, any other key keeps",
                keys,
                self._delete_marked,
            )
        elif row := self._list.current:
            self._delete([row])

    def _delete_marked(self) -> None:
        marked = self._marked  # more may be by now, or fewer
        self._delete(marked)
        self._unmarked = marked
        self._marks.take_off(marked)
        self._show()

    def _delete(self, rows: Sequence[Row]) -> None:
        self._deletion.begin(rows)
        self._unmarked = ()
        if self._grace is not None:
            self._grace.stop()
        self._grace = self.set_timer(GRACE, self._finish_deletion)
        self._show()

    def _finish_deletion(self) -> None:
        self._deletion.finish()
        self._show()

    def action_take_back(self) -> None:
        """Bring back what was deleted last, while that is possible."""
        if rows := self._deletion.take_back():
            self._marks.put(self._unmarked)
            self._show()
            self._list.show_row(rows[-1].number)
        else:
            self.notice("nothing to bring back")

    def action_delete_all(self) -> None:
        """Delete all messages and forget all sessions that ended, when asked twice."""
        what = (
            amount(self.listing.messages, "message") if self.listing.messages else "every session"
        )
        again, keys = hints.again("app.delete-all", self.remapped)
        self._question.ask(
            f"delete {what} for good?{again} deletes, any other key keeps", keys, self._clear
        )

    def _clear(self) -> None:
        self._deletion.finish()
        self._list.follow = True  # there is nothing left to stay at
        if self._endpoints.maildir is None:
            self._catch.clear()
        else:  # thousands of files take their time
            self.run_worker(self._clear_files, thread=True)

    def _clear_files(self) -> None:
        try:
            self._catch.clear()
        except StoreError as error:
            self._failed(error)

    # Read and unread

    def action_toggle_read(self) -> None:
        """Mark the message under the cursor read or unread."""
        if row := self._list.current:
            self._mark(row.id, unread=not row.unread)

    def action_next_unread(self) -> None:
        """Go to the next older unread message, or from the oldest to the newest one."""
        rows = self._rows[::-1]
        places = [*range(self._list.cursor + 1, len(rows)), *range(self._list.cursor)]
        if (place := next((place for place in places if rows[place].unread), None)) is not None:
            self._list.move_to(place)
        else:
            self.notice("no other row here is unread")

    def action_follow(self) -> None:
        """Follow the newest row, or stay on this one."""
        if self._list.is_following:
            self._list.follow = False
        else:
            # Who reads on would hold the cursor where it is.
            self._go_to_list()
            self._detail.view.action_edge("first")
            self._list.hold = False
            self._list.move_to(0)
        self._show_status()

    # Marks

    @property
    def _marked(self) -> list[Row]:
        """All that have a mark and are not deleted, oldest first; a filter may hide them."""
        return [row for row in self.listing.rows if row in self._marks]

    def action_mark(self) -> None:
        """Mark the row or take its mark away, and go to the next older one."""
        if row := self._list.current:
            self._marks.toggle(row)
            was_only = self._marks.only
            self._show()
            if not was_only:
                self._list.action_move(1)

    def action_only_marked(self) -> None:
        """Show only marked rows, or all."""
        if not self._marks.only and not self._marks.count(self.listing.get):
            self.notice("no row is marked; m marks one")
            return
        self._marks.only = not self._marks.only
        self._show()

    # What the app brings up to date

    def _mark(self, row_id: str, *, unread: bool) -> None:
        self.listing.mark(row_id, unread=unread)
        if row := self.listing.get(row_id):
            self._filter.row_changed(row)
        self._list.sync(self._rows)
        self._show_status()

    def _failed(self, error: Exception) -> None:
        raise NotImplementedError
