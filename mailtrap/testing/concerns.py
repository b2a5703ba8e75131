"""What is wrong in the sessions and messages of a test.

Imported when a test asks for it: there are hundreds of rules.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.message import mail_of, report_on
from mailtrap.lint.session import KeptLint
from mailtrap.testing.catcher import Catcher
from mailtrap.testing.conversations import Conversation, conversations
from mailtrap.testing.journal import Chapter
from mailtrap.testing.messages import described


@dataclass(frozen=True, slots=True)
class Concern:
    """A diagnostic, and what it is about, for people."""

    about: str
    diagnostic: Diagnostic


def concerns(catcher: Catcher, chapter: Chapter) -> list[Concern]:
    """Everything wrong with the sessions and messages of a chapter."""
    found: list[Concern] = []
    for each in conversations(catcher, chapter):
        about = f"session {each.session.id}"
        found += (Concern(about, one) for one in _of_session(each, _data_of(catcher)))
    for message in chapter.messages:
        report = report_on(mail_of(message.kept))
        found += (Concern(described(message), one) for one in report.diagnostics)
    return found


def _of_session(
    conversation: Conversation, data_of: Callable[[str], bytes | None]
) -> Iterator[Diagnostic]:
    lint = KeptLint(data_of)
    for entry, is_own in conversation.told():
        stepped = lint.step(entry)
        if is_own:
            yield from stepped
    if conversation.session.reason is not None:
        yield from lint.end(conversation.session.reason)


def _data_of(catcher: Catcher) -> Callable[[str], bytes | None]:
    def data_of(message_id: str) -> bytes | None:
        message = catcher.trap.message(message_id)
        return None if message is None else message.data

    return data_of
