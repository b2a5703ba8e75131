"""What the rules find in a sample."""

from datetime import datetime

from mailtrap.content import Content
from mailtrap.envelope import Envelope
from mailtrap.lint import history, message, session
from mailtrap.lint.catalogue import CHAPTERS
from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import Sample, Script, play, script_of

HEADER = ("Header section", "Header lines", "Date and Message-ID", "Addresses", "Encoded words")


def findings(sample: Sample, *chapters: str) -> list[Diagnostic]:
    """All that is found in a session, or in a message; by the rules of those chapters if any."""
    modules = [CHAPTERS[chapter] for chapter in chapters]
    rules = {id(value) for module in modules for value in vars(module).values()}
    found = _findings(sample)
    return [each for each in found if id(each.rule) in rules] if chapters else found


def _findings(sample: Sample) -> list[Diagnostic]:
    script = script_of(sample)
    if script is not None:
        played = play(script)
        return session.diagnose(played.session, played.data.get) + _of_history(script)
    if isinstance(sample, bytes):
        return list(message.diagnose(sample).diagnostics)
    assert isinstance(sample, tuple)
    envelope, data, *rest = sample
    assert isinstance(envelope, Envelope)
    assert isinstance(data, bytes)
    [received] = rest or [None]
    assert received is None or isinstance(received, datetime)
    return list(message.diagnose(data, envelope, received=received).diagnostics)


def _of_history(script: Script) -> list[Diagnostic]:
    lint, found = history.HistoryLint(), []
    for played in [play(script)] * script.sessions:
        for message_id, data in played.data.items():
            found += lint.message(Mail(Content(data), len(data)), message_id)
        found += lint.session(played.session)
    return found


def ids(sample: Sample, *chapters: str) -> set[str]:
    """The rules that a sample is found by, of those chapters if any are named."""
    return {each.rule.id for each in findings(sample, *chapters)}
