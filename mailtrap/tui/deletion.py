"""The latest deletion: out of sight at once, and for good when it can no longer be taken back.

What the catch has dropped it cannot take again, so it is told late.
"""

from collections.abc import Callable

from mailtrap.errors import StoreError
from mailtrap.trap import Catch
from mailtrap.tui.listing import Listing
from mailtrap.tui.rows import Row

GRACE = 5.0  # seconds in which it can be taken back


class Deletion:
    """At most one row of the listing that is about to go."""

    def __init__(
        self, catch: Catch, listing: Listing, fail: Callable[[StoreError], object]
    ) -> None:
        """``fail`` hears why a message could not be deleted; its row is shown again then."""
        self._catch = catch
        self._listing = listing
        self._fail = fail
        self._row: Row | None = None

    @property
    def is_pending(self) -> bool:
        """There is something to take back."""
        return self._row is not None

    def begin(self, row: Row) -> None:
        """Hide that row; the one before it is gone for good."""
        self.finish()
        self._row = row
        self._listing.hide(row.id)

    def take_back(self) -> Row | None:
        """Show the row again; the row, None where there is none to take back."""
        row, self._row = self._row, None
        if row is not None:
            self._listing.unhide(row.id)
        return row

    def finish(self) -> None:
        """Delete the message from the catch; a session is only no longer shown."""
        row, self._row = self._row, None
        if row is None:
            return
        if not row.is_message:
            self._listing.dismiss(row.id)
            return
        try:
            self._catch.remove([row.id])  # hidden until the catch tells that it is gone
        except StoreError as error:
            self._listing.unhide(row.id)
            self._fail(error)
