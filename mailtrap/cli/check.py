"""``mailtrap check``: what is wrong with messages in files."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mailtrap.cli import EX_FOUND, EX_IOERR, findings, tell
from mailtrap.cli.findings import Checked
from mailtrap.cli.mail_files import mail_files, read_mail
from mailtrap.cli.output import say
from mailtrap.cli.progress import Progress
from mailtrap.cli.rule_ids import rules_named
from mailtrap.errors import ReadError
from mailtrap.lint.diagnostic import LEVELS, Diagnostic, Severity
from mailtrap.lint.file import diagnose
from mailtrap.parsers import Parser, bare_parser
from mailtrap.setting_files import sources
from mailtrap.setting_groups import CheckSettings
from mailtrap.settings import add_options

DESCRIPTION = """\
Say what is wrong with messages: files, "-" for stdin, and of directories every
*.eml and what is in the cur and new of maildirs.

Errors and warnings are shown, with --json, --sarif or --select infos, too;
errors end it with exit code 1.  --level changes both: what is that bad or worse
is shown, and gives 1.  A file that cannot be read gives 74."""
EXAMPLES = """\
mailtrap check mail.eml
mailtrap check mails --level warning --ignore dkim-missing
mailtrap check mails --sarif > mails.sarif"""


def run(words: Sequence[str]) -> int:
    """Check; returns the exit code."""
    arguments = command_line().parse_args(words)
    settings: CheckSettings = sources(arguments).of(CheckSettings)
    check = _Check(settings, for_people=not (arguments.json or arguments.sarif))
    files = mail_files(arguments.files)
    if arguments.json:
        say(json.dumps([findings.keys(each, check.shown(each)) for each in check.each(files)]))
    elif arguments.sarif:
        from mailtrap.cli.sarif import log

        say(json.dumps(log((each, check.shown(each)) for each in check.each(files))))
    else:
        for each in check.each(files):
            for line in findings.lines(each, check.shown(each)):
                say(line)
        say(findings.summary(check.messages, check.counts, check.hidden))
    return check.exit_code


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap check", DESCRIPTION, EXAMPLES)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a message, a directory, or -")
    add_options(parser, CheckSettings)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON array, an object for each file")
    form.add_argument("--sarif", action="store_true", help="SARIF 2.1.0, for code scanning")
    return parser


class _Check:
    """What is looked for, and what has come of it so far."""

    def __init__(self, settings: CheckSettings, *, for_people: bool) -> None:
        self._selected = {rule.id for rule in rules_named(settings.select)}
        self._ignored = {rule.id for rule in rules_named(settings.ignore)}
        level = settings.level or ("info" if self._selected else None)
        self._shown = Severity(level or ("warning" if for_people else "info"))
        self._failing = Severity(level or "error")
        self._has_unread = False
        self.messages = 0
        self.counts: Counter[str] = Counter()  # of findings that are shown, by severity
        self.hidden = 0  # other findings

    def each(self, files: Sequence[str]) -> Iterator[Checked]:
        """The files, read one after the other; one that cannot be read is told and passed over."""
        with Progress("checking", len(files)) as progress:
            yield from self._each(progress.over(files))

    def _each(self, files: Iterable[str]) -> Iterator[Checked]:
        for file in files:
            try:
                data = read_mail(file)
            except ReadError as error:
                self._has_unread = True
                tell(str(error))
                continue
            report = diagnose(data)
            wanted = tuple(each for each in report.diagnostics if self._is_wanted(each))
            self.messages += 1
            yield Checked(file, data, report.read, wanted)

    def shown(self, checked: Checked) -> list[Diagnostic]:
        """Those that are bad enough to be shown."""
        shown = [x for x in checked.diagnostics if x.severity.rank <= self._shown.rank]
        self.counts.update(each.severity for each in shown)
        self.hidden += len(checked.diagnostics) - len(shown)
        return shown

    def _is_wanted(self, each: Diagnostic) -> bool:
        is_selected = not self._selected or each.rule.id in self._selected
        return is_selected and each.rule.id not in self._ignored

    @property
    def exit_code(self) -> int:
        """Of all that was read: what was not read may be bad as well."""
        if self._has_unread:
            return EX_IOERR
        has_failed = any(self.counts[level] for level in LEVELS[: self._failing.rank + 1])
        return EX_FOUND if has_failed else 0
