"""Dialogues written as dialogues: ``S:`` and ``C:`` lines become a transcript."""

import itertools
import textwrap
from datetime import UTC, datetime, timedelta

from mailtrap.session import Entry, Peer, Session
from mailtrap.transcriber import Transcriber

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def play(dialogue: str, *, line_end: bytes = b"\r\n") -> Session:
    """The session of a dialogue that ended there; each line is a tenth of a second later."""
    transcriber = Transcriber()
    transcript: list[Entry] = []
    for number, line in enumerate(textwrap.dedent(dialogue).strip().splitlines()):
        at = START + timedelta(seconds=number / 10)
        who, _, text = line.partition(":")
        octets = text.removeprefix(" ").encode() + line_end
        if who == "S":
            transcript.append(transcriber.server(octets, at))
            continue
        transcriber.client(octets, at)
        while (entry := transcriber.next()) is not None:
            transcript.append(entry)
    if (left := transcriber.end()) is not None:
        transcript.append(left)
    client, server = Peer("127.0.0.1", 50000), Peer("127.0.0.1", 1025)
    return Session("t-1", client, server, START, at, "eof", tuple(transcript))


def cut(octets: bytes, places: set[int]) -> list[bytes]:
    """The octets in segments that end at those places."""
    bounds = [0, *sorted(places), len(octets)]
    return [octets[a:b] for a, b in itertools.pairwise(bounds)]
