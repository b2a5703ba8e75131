"""``mailtrap faults``: how to make the server fail on purpose, and checking a file of rules."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mailtrap.cli.output import say
from mailtrap.errors import UsageError
from mailtrap.parsers import Parser, bare_parser

HELP = """\
usage: mailtrap faults check FILE

Make the server fail on purpose: say in a file of rules what it does wrong, and
when.  "check" says for each rule what it will do, or what is wrong with the
file (exit code 2).

    mailtrap --faults rules.toml        # it is read again when you save it
    mailtrap faults check rules.toml

    [[rule]]                            # the last rule that matches wins
    on = "RCPT"
    to = "*@slow.test"
    reply = ["451 4.7.1 try later", "normal"]
    delay = 2.5

    [[rule]]
    preset = "greylist"
    to = "*@example.org"

on       {verbs}
which    to, from, peer, user: globs; header = "Name: glob"
when     nth, after, times, per = {per};
         probability, seed
reply    a code, a code and a text, or "normal"; a list is a sequence, its last
         stays; raw for octets as they are
how      delay, drip, split, stall, close, reset, after_bytes (at DATA);
         tls = {tls}
besides  name, optional

presets:
{presets}

Recipients that need no file, at RCPT; with data- before them after the final
dot:
{magic}"""


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap faults", HELP)
    parser.add_argument("action", nargs="?", choices=["check"])
    parser.add_argument("file", nargs="?", metavar="FILE")
    return parser


def run(words: Sequence[str]) -> int:
    """Explain, or check a file; returns the exit code."""
    if not words or "--help" in words or "-h" in words:
        say(text())
        return 0
    if words[0] != "check":
        raise UsageError(
            f"there is no faults command {words[0]!r}; write mailtrap faults check FILE"
        )
    if len(words) != 2:
        raise UsageError("check takes one file; write mailtrap faults check FILE")
    return _check(Path(words[1]))


def _check(path: Path) -> int:
    from mailtrap.faults.descriptions import described
    from mailtrap.faults_file import parsed, read

    rules = parsed(path, read(path))
    for line, rule in rules:
        where = f"line {line}: " if line else ""
        named = f" -- {rule.name}" if rule.name else ""
        say(f"{where}{described(rule)}{named}")
    if not rules:
        say("no rules")
    return 0


def text() -> str:
    """How to make the server fail, with the names of everything there is."""
    import textwrap
    from inspect import getdoc, signature

    from mailtrap.faults import magic
    from mailtrap.faults.presets import PRESETS
    from mailtrap.faults.rules import PER, TLS_FAILURES
    from mailtrap.faults.verbs import VERBS

    presets = {
        f"{name} ({', '.join(signature(preset).parameters)})": (getdoc(preset) or "").rstrip(".")
        for name, preset in PRESETS.items()
    }
    recipients = {word + magic.DOMAIN: what for word, what in magic.WORDS.items()}

    def listed(described: Mapping[str, str]) -> str:
        return "\n".join(
            textwrap.fill(f"{name:<29}{what}", 79, initial_indent="  ", subsequent_indent=" " * 31)
            for name, what in described.items()
        )

    return HELP.format(
        verbs=textwrap.fill(", ".join(VERBS), 70, subsequent_indent=" " * 9),
        per=", ".join(PER[1:]),
        tls=", ".join(TLS_FAILURES),
        presets=listed(presets),
        magic=listed(recipients),
    )
