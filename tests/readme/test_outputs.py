"""What the README shows of outputs is what is printed, but for times, ids and ports."""

import json
import re
from collections.abc import Iterator
from typing import Any

from mailtrap.console import Console, skipped
from mailtrap.lint.diagnostic import Undiagnosed
from mailtrap.session import Entry
from mailtrap.transcript import ENDINGS
from tests.cli.maildirs import server as writing
from tests.readme.conftest import Shell
from tests.readme.page import blocks, section
from tests.support import Client

DUPLICATE = b"""\
From: Ann <ann@example.org>
From: Bob <bob@example.org>
To: carl@example.org
Subject: Hello
Date: Mon, 2 Mar 2026 12:00:00 +0000
Message-ID: <1@example.org>

Hello.
"""


def compared(text: str) -> str:
    """Without what differs from run to run."""
    text = re.sub(r"\d\d:\d\d:\d\d\.\d{3}", "TIME", text)
    return re.sub(r"127\.0\.0\.1:\d+ *", "PEER ", text)


def shown(heading: str, word: str) -> str:
    """The only output below that heading that has this in its first line."""
    [found] = [
        each.text
        for each in blocks()
        if each.heading == heading and not each.language and word in each.first
    ]
    return found


def port(line: str) -> int:
    """Where the server listens."""
    found = re.search(r"127\.0\.0\.1:(\d+)", line)
    assert found, line
    return int(found[1])


def test_serve_says_what_is_wrong(shell: Shell) -> None:
    with (
        shell.begun("mailtrap serve", "listening on") as lines,
        Client(port(lines[-1])) as client,
    ):
        client.reply()
        client.say(b"MAIL FROM:<ann@example.org>\r\n")
        client.say(b"QUIT\r\n")
        assert client.is_closed()

    assert compared(shown("What is wrong with it", "connected")) in compared("".join(lines))


def test_check(shell: Shell) -> None:
    (shell.directory / "mails").mkdir()
    (shell.directory / "mails" / "a.eml").write_bytes(DUPLICATE)

    _, out, _ = shell.ended("mailtrap check mails/")

    assert out == shown("What is wrong with it", "mails/a.eml")


def test_wait_says_what_came_instead(shell: Shell) -> None:
    with writing(shell.directory / "mails") as maildir:
        maildir.take(b"To: bob@example.org\r\nSubject: Welcome\r\n\r\nHi.\r\n")

    code, _, errors = shell.ended(
        "mailtrap wait --maildir mails --to bob@example.org --subject Reset --timeout 1"
    )

    wanted = shown("From scripts", "waited").replace("waited 10 s", "waited 1 s")
    assert code == 1
    assert without_ids(errors) == without_ids(wanted)


def without_ids(text: str) -> str:
    """The same with one id for all messages."""
    return re.sub(r"^  \w+-\d+-\d+ ", "  ID ", text, flags=re.MULTILINE)


# Events


def written(shell: Shell) -> list[dict[str, Any]]:
    """The events of a session with a message, as they are written."""
    with shell.begun("mailtrap serve --json --transcript", '"ready"') as lines:
        listening = json.loads(lines[0])["listeners"][0]["port"]
        with Client(listening) as client:
            client.reply()
            client.say(b"MAIL FROM:<a@example.org>\r\n")
            client.say(b"RCPT TO:<b@example.org>\r\n")
            client.say(b"DATA\r\n")
            client.say(b"Subject: hi\r\n\r\nhi\r\n.\r\n")
            client.say(b"QUIT\r\n")
            assert client.is_closed()
    return [json.loads(line) for line in lines]


def test_the_events_have_these_keys(shell: Shell) -> None:
    told: list[dict[str, Any]] = [
        json.loads(line) for line in shown("Events for programs", "ready").splitlines()
    ]
    # What is only written under load.
    rare: list[str] = [skipped(12, as_json=True)]
    Console(rare.append, as_json=True).diagnosed([Undiagnosed(3)])

    found = {event["event"]: event for event in (*written(shell), *map(json.loads, rare))}

    assert {each["event"]: [*each] for each in told} == {
        name: [*event] for name, event in found.items()
    }
    both = [(found[each["event"]][name], each[name]) for each in told for name in each]
    assert [type(real) for real, shown in both if None not in (real, shown)] == [
        type(shown) for real, shown in both if None not in (real, shown)
    ]


def listed(word: str) -> set[str]:
    """What the text says that a key is one of."""
    found = re.search(rf"`{word}` is\s+one\s+of\s+([^.;]+)[.;]", section("Events for programs"))
    assert found
    return set(re.split(r",\s+", found[1]))


def test_the_words_for_entries_and_ends_are_all_there_are() -> None:
    kinds = {each.kind for each in every(Entry)}

    assert listed("kind") == kinds - {Entry.kind}
    assert listed("reason") == set(ENDINGS) - {"lost"}  # which only a reader can find out


def every(kind: type[Entry]) -> Iterator[type[Entry]]:
    """A class and those below it."""
    yield kind
    for each in kind.__subclasses__():
        yield from every(each)
