"""A message in a file: the rules of messages, and those of mail data that its octets will break.

Nobody knows how it will be sent.  What holds however that is done is told here: a line that is too
long, a NUL, a CR alone.  Lines that end with LF are told only beside others that end with CRLF:
files on Unix end all of them so, and what sends them makes CRLF of it.
"""

from datetime import UTC, datetime

from mailtrap.content import Content
from mailtrap.lint import message
from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.line_ends import BARE_CR_DATA, BARE_LF_DATA, CR_CR_LF_DATA, EOD_LOOKALIKE
from mailtrap.lint.mail import Mail
from mailtrap.lint.message import Report
from mailtrap.lint.session import SessionLint
from mailtrap.lint.transfer import LINE_TOO_LONG, NUL_IN_DATA
from mailtrap.session import MailData

_HOWEVER_SENT = (LINE_TOO_LONG, NUL_IN_DATA, BARE_CR_DATA, CR_CR_LF_DATA)
_BESIDE_CRLF = (BARE_LF_DATA, EOD_LOOKALIKE)
_END = b"\r\n.\r\n"
_NO_TIME = datetime.min.replace(tzinfo=UTC)  # no rule of octets asks for it


def diagnose(data: bytes) -> Report:
    """What is wrong with a message in a file, in the order of its octets."""
    mail = Mail(Content(data[: message.MAX_READ]), len(data))
    report = message.report_on(mail)
    octets = [] if mail.bodies.get("binary") else _of_octets(mail)
    if not octets:
        return report
    found = sorted(
        (*report.diagnostics, *octets), key=lambda each: (each.place.start or 0, each.rule.id)
    )
    return Report(tuple(found), report.read, report.size)


def _of_octets(mail: Mail) -> list[Diagnostic]:
    """What a server would find in the lines, whatever client brings them."""
    data = mail.content.data
    entry = MailData(
        _NO_TIME, data, 0, size=len(data), terminator=_END, truncated=not mail.is_whole
    )
    rules = _HOWEVER_SENT + (_BESIDE_CRLF if b"\r\n" in data else ())
    return [each for each in SessionLint().step(entry) if each.rule in rules]
