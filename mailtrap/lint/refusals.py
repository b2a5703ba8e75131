"""Which real servers would have refused what a session did, as far as that was measured.  Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailtrap.lint.diagnostic import Diagnostic, Rule
from mailtrap.lint.reactions import PROBES, SERVERS, described, refuses
from mailtrap.session import Chunk, ClientEntry, Command, Entry, MailData
from mailtrap.transcript import summary

_LONGEST = 60  # characters of a command in a sentence
_OF_PROBES = ("example", "foo", "@", '"')


@dataclass(frozen=True, slots=True)
class Refusal:
    """One server would have refused one thing."""

    server: str  # as in reactions.SERVERS
    answer: str  # to the probe that was measured; it may name the address that was in the probe
    diagnostic: Diagnostic
    refused: ClientEntry | None  # None: no command, or it is not in the transcript (any more)

    @property
    def text(self) -> str:
        """On one line, credentials masked: "Exim 4.96 would answer 501 ... to EHLO my_host"."""
        what = described(_without_probe(self.answer))
        if what.startswith("does not"):
            would = "would not answer"
        else:
            would = what.replace("answers", "would answer", 1).replace("closes", "close")
        return f"{self.server} {would}{self._to_what}"

    @property
    def _to_what(self) -> str:
        if isinstance(self.refused, (MailData, Chunk)):
            return " to the message"
        if not isinstance(self.refused, Command):
            return ""
        line = summary(self.refused)
        return f" to {line}" if len(line) <= _LONGEST else f" to {line[: _LONGEST - 1]}…"


def refusals(
    diagnostics: Iterable[Diagnostic], transcript: Sequence[Entry] = ()
) -> tuple[Refusal, ...]:
    """The refusals a session would have met, each server's in order.

    Of several reasons for one command the first is given, and nothing behind an answer that
    closes the connection.
    """
    entries = {entry.offset: entry for entry in transcript if isinstance(entry, ClientEntry)}
    known = list(diagnostics)
    found: list[Refusal] = []
    for index, server in enumerate(SERVERS):
        met: set[int] = set()
        for each in known:
            refused = None if each.place.offset is None else entries.get(each.place.offset)
            answer = _refusal(each.rule, refused, index)
            if answer is None or (each.place.offset in met):
                continue
            found.append(Refusal(server, answer, each, refused))
            if answer.endswith(", closes"):
                break
            if each.place.offset is not None:
                met.add(each.place.offset)
    return tuple(found)


def _refusal(rule: Rule, refused: ClientEntry | None, server: int) -> str | None:
    """The server's answer, where it refused each probe that may be meant."""
    verb = refused.verb if isinstance(refused, Command) else ""
    named = [probe for probe in rule.probes if verb and verb in probe.split()]
    answers = [PROBES[probe][server] for probe in named or rule.probes]
    if answers and all(answer and refuses(answer) for answer in answers):
        return answers[0]
    return None


def _without_probe(answer: str) -> str:
    """Only the code where the words speak of what was in the probe."""
    reply = answer.removesuffix(", closes")
    if not any(each in reply.lower() for each in _OF_PROBES):
        return answer
    return reply[:3] + answer[len(reply) :]
