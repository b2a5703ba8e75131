"""A demo as a session with a real server, octet for octet."""

from mailtrap.gallery.demo import QUIT, Step, Steps
from mailtrap.sanitize import shown
from mailtrap.sending.connection import Connection
from mailtrap.sending.replies import Reply

LEFT = "left without waiting for an answer"
_CLOSING = 421  # the server hangs up behind it


def play(connection: Connection, steps: Steps) -> str:
    """Say all of it once the greeting has come; the reply that tells how it went.

    That is the first refusal, else the last 250.  Raises UnreachableError where the server leaves
    before its answer.
    """
    refusal, kept = "", LEFT
    for step in steps:
        connection.send(step.octets, _what(step))
        for reply in [connection.reply() for _ in range(step.replies)]:
            if reply.code == 250:
                kept = str(reply)
            if not reply.is_positive:
                refusal = refusal or f"{reply} (to {_what(step)})"
                if reply.code == _CLOSING or step.needed:
                    _give_up(connection, reply)
                    return refusal
        if not step.replies:
            kept = LEFT
    return refusal or kept


def _give_up(connection: Connection, reply: Reply) -> None:
    if reply.code != _CLOSING:
        connection.send(QUIT, "QUIT")
        connection.reply()


def _what(step: Step) -> str:
    return step.what or shown(step.octets.partition(b"\r\n")[0])
