"""A line typed at the bottom of the screen: what each key does to it.  Knows no terminal."""

_LEAVING = frozenset(("up", "down", "pageup", "pagedown", "tab", "shift+tab"))
_ANYWHERE = frozenset(("ctrl+c", "ctrl+q", "ctrl+z", "ctrl+p"))  # of the whole screen


class TypedLine:
    """Takes keys while it is typed; what becomes of the text is up to who inherits this."""

    def __init__(self) -> None:
        self.text = ""
        self.is_typing = False

    def key(self, key: str, character: str | None) -> bool:
        """Take a key of the line; False where it is none, and then the line is complete."""
        if not self.is_typing:
            return False
        if key == "escape":
            self.end()
        elif key == "enter":
            self.complete()
        elif key in ("backspace", "ctrl+h"):
            self._edit(self.text[:-1])
        elif key == "ctrl+u":
            self._edit("")
        elif key == "ctrl+w":
            before, blank, _ = self.text.rstrip().rpartition(" ")
            self._edit(before + blank)
        elif character is not None and character.isprintable():
            self._edit(self.text + character)
        elif key in _LEAVING or key in _ANYWHERE:
            self.complete()
            return False
        # Any other key edits lines elsewhere: were it to end this one, the next letter would be
        # a command.
        return True

    def paste(self, text: str) -> bool:
        """Add the first line of a text; False where nothing is typed."""
        if self.is_typing:
            self._edit(self.text + text.strip().partition("\n")[0])
        return self.is_typing

    def end(self) -> None:
        """Give it up."""
        raise NotImplementedError

    def _edit(self, text: str) -> None:
        """The line has that text now."""
        raise NotImplementedError

    def complete(self) -> None:
        """What was typed is all of it."""
        self.is_typing = False
        if self._is_nothing:
            self.end()
        else:
            self._show()

    @property
    def _is_nothing(self) -> bool:
        """A line with that text is as good as none."""
        return not self.text

    def _show(self) -> None:
        raise NotImplementedError
