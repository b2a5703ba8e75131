"""What the rules find in a sample."""

from datetime import datetime

from mailtrap.envelope import Envelope
from mailtrap.lint import message, session
from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.samples import Sample, play, script_of


def findings(sample: Sample) -> list[Diagnostic]:
    """All that is found in a session, or in a message."""
    script = script_of(sample)
    if script is not None:
        played = play(script)
        return session.diagnose(played.session, played.data.get)
    if isinstance(sample, bytes):
        return list(message.diagnose(sample).diagnostics)
    assert isinstance(sample, tuple)
    envelope, data, *rest = sample
    assert isinstance(envelope, Envelope)
    assert isinstance(data, bytes)
    [received] = rest or [None]
    assert received is None or isinstance(received, datetime)
    return list(message.diagnose(data, envelope, received=received).diagnostics)


def ids(sample: Sample) -> set[str]:
    """The rules that a sample is found by."""
    return {each.rule.id for each in findings(sample)}
