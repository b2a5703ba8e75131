"""What the rules for the connection, for commands and for the envelope find, and no others."""

from mailtrap.lint import commands, connection, envelope, lines, mailboxes, paths, session
from mailtrap.lint.diagnostic import Diagnostic, Rule
from mailtrap.lint.samples import Sample
from mailtrap.session import Session
from tests.lint import findings as all_of

CHAPTERS = (connection, lines, commands, envelope, paths, mailboxes)
RULES = {
    value.id for chapter in CHAPTERS for value in vars(chapter).values() if isinstance(value, Rule)
}


def diagnosed(of: Session) -> list[Diagnostic]:
    """All that they find in a session whose messages are gone."""
    return [each for each in session.diagnose(of, lambda _id: None) if each.rule.id in RULES]


def findings(sample: Sample) -> list[Diagnostic]:
    """All that they find in a sample."""
    return [each for each in all_of.findings(sample) if each.rule.id in RULES]


def ids(sample: Sample) -> set[str]:
    """The rules that a sample is found by."""
    return {each.rule.id for each in findings(sample)}
