"""What TLS and fault rules did to a session, in a few words that are safe to show.  Pure."""

from mailtrap.sanitize import sanitize
from mailtrap.session import ClientEntry, Entry, Reply, RuleApplied, Session, TlsFailed

LEFT = "left instead of starting TLS"
_LONGEST = 300  # code points


def tagged(text: str, rule: str) -> str:
    """The text and the rule behind it: ``550 5.1.1 no such user (rule full)``."""
    return f"{text} (rule {rule})" if rule else text


def rule_behind(session: Session, entry: Entry) -> str:
    """The rule that was at work when that reply was given or that TLS failed; "" for none."""
    rule = ""
    for each in session.transcript:
        if each is entry:
            return rule
        if isinstance(each, ClientEntry):
            rule = ""
        elif isinstance(each, RuleApplied):
            rule = _name(each)
    return ""


def rule_at_work(session: Session) -> str:
    """The rule that keeps a client waiting, or did so until the end; "" for none."""
    last = session.transcript[-1:]
    return _name(last[0]) if last and isinstance(last[0], RuleApplied) else ""


def ended_by_rule(session: Session) -> str:
    """The rule that ended the session without saying no; "" where none did."""
    if session.reason != "rule":
        return ""
    for entry in reversed(session.transcript):
        if isinstance(entry, RuleApplied):
            return _name(entry)
        if isinstance(entry, Reply) and not entry.is_positive:
            break
    return ""


def tls_failure(session: Session) -> str:
    """Why there was no TLS where it was due; "" where nothing like that happened."""
    for number, entry in enumerate(session.transcript):
        if isinstance(entry, TlsFailed):
            rule = rule_behind(session, entry)
            return tagged(_failure(session, entry, session.transcript[:number]), rule)
    return ""


def _failure(session: Session, failed: TlsFailed, before: tuple[Entry, ...]) -> str:
    if session.reason == "timeout":
        return "timed out where TLS was due"
    if not failed.raw and session.reason in ("eof", "reset", "tls-failed"):
        said = [entry for entry in before if isinstance(entry, (Reply, ClientEntry))]
        if not said or (isinstance(said[-1], Reply) and said[-1].is_positive):
            return LEFT
    # Behind the semicolon is what may help; the transcript has that too.
    return sanitize(f"TLS failed: {failed.text.partition(';')[0][:_LONGEST]}")


def _name(rule: RuleApplied) -> str:
    return sanitize((rule.name or rule.text.partition(":")[0])[:_LONGEST])
