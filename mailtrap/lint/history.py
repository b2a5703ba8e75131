"""The rules of more than one message or session, as a fold over all that a trap takes."""

from collections import deque

from mailtrap.lint.catalogue import ARRIVALS, SESSIONS
from mailtrap.lint.diagnostic import Diagnostic, diagnosed
from mailtrap.lint.ends import STORM
from mailtrap.lint.identification import content_key, message_ids
from mailtrap.lint.mail import Mail
from mailtrap.lint.past import Past
from mailtrap.session import Session

MAX_MESSAGES = 10_000  # whose Message-IDs are remembered
MAX_HOSTS = 1_000  # whose sessions are


class HistoryLint:
    """The fold over one trap."""

    def __init__(self) -> None:
        self.past = Past()

    def message(self, mail: Mail, message: str) -> list[Diagnostic]:
        """What is wrong with the next message, given those before; ``message`` is its id."""
        past = self.past
        found = [
            diagnosed(rule, each) for rule, check in ARRIVALS[""] for each in check(past, mail)
        ]
        key = content_key(mail)
        for message_id in message_ids(mail):
            past.messages.pop(message_id, None)
            past.messages[message_id] = (message, key)
        while len(past.messages) > MAX_MESSAGES:
            del past.messages[next(iter(past.messages))]
        return found

    def session(self, session: Session) -> list[Diagnostic]:
        """What is wrong with the next session that ended, given those before."""
        past = self.past
        found = [
            diagnosed(rule, each) for rule, check in SESSIONS[""] for each in check(past, session)
        ]
        host = session.peer.host
        if found:
            past.fruitless.pop(host, None)  # told once, then counted anew
        elif not session.message_ids:
            past.fruitless.setdefault(host, deque(maxlen=STORM)).append(session.opened)
        while len(past.fruitless) > MAX_HOSTS:
            del past.fruitless[next(iter(past.fruitless))]
        return found
