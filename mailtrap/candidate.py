"""A message as filters ask for it: each answer is computed when asked, and kept.  Pure."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from mailtrap.cached import cached_property
from mailtrap.content import Content
from mailtrap.envelope import Envelope
from mailtrap.fields import MAX_HEADER
from mailtrap.message import Message
from mailtrap.session import Session

MAX_TEXT = 2**20  # characters of a body that are searched
_RECIPIENTS = ("to", "cc", "bcc")


class MessageCandidate:
    """A message, and what only its surroundings know of it."""

    def __init__(
        self,
        message: Message,
        *,
        session: Callable[[], Session | None] = lambda: None,
        is_read: Callable[[], bool] = lambda: False,
        issues: Callable[[], Iterable[tuple[str, str]]] = lambda: (),
        is_marked: bool = False,
    ) -> None:
        """``session`` reads the one that brought it; ``issues`` gives (rule id, severity)."""
        self.message = message
        self.id = message.id
        self.session = message.session
        self._read_session = session
        self._is_read = is_read
        self._find_issues = issues
        self._is_marked = is_marked

    @property
    def size(self) -> int:
        """Octets of mail data."""
        return self.message.size

    @property
    def received(self) -> datetime:
        """When it came."""
        return self.message.received

    @cached_property
    def content(self) -> Content:
        """The mail data, read once."""
        return self._head if self.size <= MAX_HEADER else Content(self.message.data)

    @cached_property
    def _head(self) -> Content:
        """The beginning of the mail data: the rest may be large, and in a file."""
        return Content(self.message.head(MAX_HEADER))

    @cached_property
    def _envelope(self) -> Envelope:
        return self.message.envelope

    @cached_property
    def subject(self) -> str:
        """The decoded one, in lower case."""
        return self._head.subject.lower()

    @cached_property
    def senders(self) -> str:
        """From and the reverse-path."""
        reverse_path = self._envelope.reverse_path
        envelope = () if reverse_path is None else (reverse_path or "<>",)
        return _line([*self._texts("from"), *envelope])

    @cached_property
    def recipients(self) -> str:
        """To, Cc, Bcc and the forward-paths."""
        named = [text for name in _RECIPIENTS for text in self._texts(name)]
        return _line([*named, *self._envelope.forward_paths])

    @cached_property
    def haystack(self) -> str:
        """The subject and the addresses, a line each."""
        return f"{self.subject}\n{self.senders}\n{self.recipients}"

    @cached_property
    def fields(self) -> str:
        """The header, a line for each field."""
        lines = (f"{each.name}: {each.text}" for each in self.content.fields)
        return "\n".join(_line([line]) for line in lines)

    @cached_property
    def body(self) -> str:
        """The text, and what is seen of the HTML."""
        content = self.content
        return "\n".join([content.text or "", content.hypertext.text])[:MAX_TEXT].lower()

    @cached_property
    def ip(self) -> str:
        """The address of the client."""
        session = self._of_session
        return session.peer.host.lower() if session else ""

    @cached_property
    def issues(self) -> Collection[str]:
        """Ids of the rules it breaks."""
        return frozenset(rule for rule, _ in self._issues)

    def has(self, what: str) -> bool:
        """There is such a thing in it."""
        content = self.content
        match what:
            case "attachment":
                return content.attachments > 0
            case "html":
                return content.html is not None
            case "text":
                return bool(content.text and content.text.strip())
            case "cid":
                return any(image.cid for image in content.images) or bool(content.content_ids)
            case "link":
                return bool(content.links)
        return what == "otp" and bool(content.codes)

    def is_(self, what: str) -> bool:
        """That holds for it."""
        match what:
            case "unread":
                return not self._is_read()
            case "read":
                return self._is_read()
            case "marked":
                return self._is_marked
            case "error" | "warning":
                return any(severity == what for _, severity in self._issues)
            case "rejected":
                return self._is_rejected
            case "tls":
                session = self._of_session
                return session is not None and session.tls is not None
        sender = self._envelope.sender
        return what == "utf8" and sender is not None and sender.parameter("SMTPUTF8") is not None

    @cached_property
    def _is_rejected(self) -> bool:
        """Its client was told that it was not taken."""
        from mailtrap.transactions import transactions

        if self.message.truncated:
            return True
        session = self._of_session
        return session is not None and any(
            each.message == self.id and each.outcome == "refused"
            for each in transactions(session.transcript)
        )

    @cached_property
    def _of_session(self) -> Session | None:
        return self._read_session()

    @cached_property
    def _issues(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._find_issues())

    def _texts(self, field: str) -> Iterable[str]:
        return (each.text for each in self._head.fields_named(field))


def _line(texts: Iterable[str]) -> str:
    """The texts in lower case on one line."""
    return " ".join(" ".join(texts).lower().split("\n"))
