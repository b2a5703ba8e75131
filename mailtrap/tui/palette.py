"""What the palette finds: every action that makes sense now, themes, and messages by subject."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType

from mailtrap.tui.registry import ACTIONS, keys_of

if TYPE_CHECKING:
    from mailtrap.tui.app import MailtrapApp

MOST_MESSAGES = 2000  # the newest, whose subjects are searched


class Palette(Provider):
    """Searches the actions of the app and the messages of the list."""

    @property
    def _app(self) -> "MailtrapApp":
        return cast("MailtrapApp", self.app)

    async def discover(self) -> Hits:
        """All actions, before anything is typed."""
        for text, sentence, run in self._actions():
            yield DiscoveryHit(text, run, help=sentence)

    async def search(self, query: str) -> Hits:
        """Actions, themes and messages that match."""
        matcher = self.matcher(query)
        for text, sentence, run in (*self._actions(), *self._themes(), *self._messages()):
            if score := matcher.match(text):
                yield Hit(score, matcher.highlight(text), run, help=sentence)

    def _actions(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        remapped = self._app.remapped
        for action in ACTIONS:
            does = action.does.removeprefix("app.")
            if action.takes_keys or not self._app.is_offered(does):
                continue
            where = [action.group.lower(), " ".join(keys_of(action, remapped))]
            yield action.help, ": ".join(filter(None, where)), partial(self._run, does)

    def _run(self, does: str) -> None:
        self._app.call_later(self._app.run_action, does)

    def _themes(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        for name in sorted(self._app.available_themes):
            yield f"theme {name}", "colours", partial(self._app.wear, name)

    def _messages(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        for row in self._app.listing.rows[: -MOST_MESSAGES - 1 : -1]:
            if row.is_message:
                yield row.subject, f"from {row.sender}", partial(self._app.go_to, row.number)
