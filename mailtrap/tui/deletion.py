"""The latest deletion: out of sight at once, and for good when it can no longer be taken back.

What the catch has dropped it cannot take again, so it is told late.
"""

from collections.abc import Callable, Sequence

from mailtrap.errors import StoreError
from mailtrap.trap import Catch
from mailtrap.tui.listing import Listing
from mailtrap.tui.rows import Row

GRACE = 5.0  # seconds in which it can be taken back


class Deletion:
    """Rows of the listing that are about to go, all of them at once."""

    def __init__(
        self, catch: Catch, listing: Listing, fail: Callable[[StoreError], object]
    ) -> None:
        """``fail`` hears why a message could not be deleted; its row is shown again then."""
        self._catch = catch
        self._listing = listing
        self._fail = fail
        self._rows: Sequence[Row] = ()

    @property
    def count(self) -> int:
        """How many rows there are to take back."""
        return len(self._rows)

    def begin(self, rows: Sequence[Row]) -> None:
        """Hide these rows; those before them are gone for good."""
        self.finish()
        self._rows = tuple(rows)
        for row in rows:
            self._listing.hide(row.id)

    def take_back(self) -> Sequence[Row]:
        """Show the rows again; none where there are none to take back."""
        rows, self._rows = self._rows, ()
        for row in rows:
            self._listing.unhide(row.id)
        return rows

    def finish(self) -> None:
        """Delete the messages from the catch; sessions are only no longer shown."""
        rows, self._rows = self._rows, ()
        for row in rows:
            if not row.is_message:
                self._listing.dismiss(row.id)
        failures = []
        for row in rows:
            try:
                if row.is_message:
                    self._catch.remove([row.id])  # hidden until the catch tells that it is gone
            except StoreError as error:
                self._listing.unhide(row.id)
                failures.append(error)
        if failures:
            self._fail(failures[0])
