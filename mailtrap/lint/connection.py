"""Rules: the connection up to the greeting, and HELO, EHLO, LHLO."""

from collections.abc import Iterator

from mailtrap.lint.checks import on_command
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.seen import Seen
from mailtrap.session import Command

NO_HELO = Rule(
    "no-helo",
    "MAIL before EHLO or HELO",
    Severity.ERROR,
    "RFC 5321 §4.1.1.1",
    quote="client MUST issue HELO or EHLO before starting a mail transaction",
    why="Most servers refuse MAIL with 503 then, so the mail is never sent.",
    mend="Say EHLO, with the name of your machine, as the first command; again after STARTTLS.",
    bad=(b"MAIL FROM:<ann@example.org>\r\n",),
    good=(b"EHLO app.example.org\r\n", b"MAIL FROM:<ann@example.org>\r\n"),
    probes=("no-helo",),
)


@on_command(NO_HELO, "MAIL")
def no_helo(seen: Seen, _command: Command) -> Iterator[Found]:
    if seen.greeting is None:
        yield Found("after STARTTLS" if seen.tls else "")
