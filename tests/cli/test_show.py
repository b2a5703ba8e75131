"""``mailtrap show``: which message, each of its views, exit codes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from mailtrap.cli import main
from tests.cli.conftest import Out
from tests.cli.maildirs import CODE, EVIL, INVOICE, MAILS, server
from tests.cli.test_list import at_terminal
from tests.cli.test_serve import MAILTRAP

pytestmark = pytest.mark.usefixtures("maildir")


def test_the_usual_view_has_the_telling_fields_and_the_text(out: Out) -> None:
    assert main(["show", "p-4-1"]) == 0

    lines = out().splitlines()
    assert lines[:4] == [
        "From: shop@example.org",
        "To: dee@example.org",
        "Subject: Invoice 7",
        "Envelope: <a@example.org> to <bob@example.org>",
    ]
    assert lines[4].startswith(f"Message: p-4-1, {len(INVOICE)} octets, 2024-05-31 ")
    assert lines[5:] == [
        "Attachment: 2 application/pdf 'invoice.pdf' (6)",
        "",
        "See what is attached.",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["latest"], 4),
        (["latest", "from:ann"], 1),
        (["latest", "--from", "ann", "code", "OR", "x"], 1),
        (["latest", "-has:attachment"], 3),
        (["p-2-1"], 2),
        (["p-2"], 2),
        (["p-2-"], 2),
    ],
    ids=str,
)
def test_which_message(words: list[str], message: int, out: Out) -> None:
    assert main(["show", "--json", *words]) == 0
    assert json.loads(out())["id"] == f"p-{message}-1"


def test_the_id_of_a_session_is_not_that_of_one_whose_number_begins_so(
    tmp_path: Path, out: Out
) -> None:
    with server(tmp_path / "many") as running:
        for _ in range(11):
            running.take()

    assert main(["show", "--maildir", str(tmp_path / "many"), "p-1", "--json"]) == 0
    assert json.loads(out())["id"] == "p-1-1"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["q-1-1"], "there is no message 'q-1-1'; did you mean p-1-1"),
        (["zzzzzzz"], "there is no message 'zzzzzzz'; mailtrap list shows what there is"),
        (["p"], "4 messages begin with 'p': p-1-1, p-2-1, p-3-1, p-4-1"),
        (["latest", "from:zed"], "nothing matches 'from:zed', of 4 messages"),
        (["p-1-1", "--html"], "p-1-1 has no HTML"),
        (["p-2-1", "--code"], "p-2-1 has no one-time code"),
        (["p-3-1", "--links"], "p-3-1 has no links"),
        (["p-1-1", "--part", "2"], "p-1-1 has no part '2'; there are 1 text/plain (58)"),
    ],
    ids=str,
)
def test_what_is_not_there_is_told_and_exit_1(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", *words]) == 1

    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith(f"mailtrap: {sentence}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "which message? give its id, or 'latest'"),
        (["p-1-1", "from:ann"], "a filter goes with 'latest', an id means one message: 'p-1-1'"),
        (["latest", "--text", "--raw"], "argument --raw: not allowed with argument --text"),
    ],
    ids=str,
)
def test_bad_usage_is_one_sentence_and_exit_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", *words]) == 2
    assert capsys.readouterr().err.startswith(f"mailtrap: {sentence}")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["p-1-1", "--text"], "Your code is 482913, see https://example.org/login?x=1 .\n"),
        (["p-2-1", "--text"], "Hi\n\nGo there now␛[31m\n"),
        (["p-3-1", "--text"], "From here\n>From there\nÿ␀\n"),
        (["p-1-1", "--code"], "482913\n"),
        (["p-1-1", "--links"], "https://example.org/login?x=1\n"),
        (["p-2-1", "--links"], "https://example.org/a?b=1&c\n"),
        (["p-3-1", "--headers"], "Subject: evil ␛]0;PWN␇\n"),
        (["p-4-1", "--part", "1"], "See what is attached."),
    ],
    ids=str,
)
def test_views(words: list[str], shown: str, out: Out) -> None:
    assert main(["show", *words]) == 0
    assert out() == shown


def test_links_of_html_are_numbered_where_they_are_and_listed_below(out: Out) -> None:
    main(["show", "p-2-1"])

    assert out().endswith("\nGo there⁽¹⁾ now␛[31m\n\n(1) https://example.org/a?b=1&c\n")


def test_in_a_pipe_html_is_as_it_came(out: Out) -> None:
    assert main(["show", "p-2-1", "--html"]) == 0
    assert "now\x1b[31m</p>\n" in out()


def octets(*words: str) -> bytes:
    return subprocess.run(
        [*MAILTRAP, "show", *words], stdout=subprocess.PIPE, check=True, timeout=60
    ).stdout


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_raw_is_every_octet(number: int) -> None:
    assert octets(f"p-{number}-1", "--raw") == MAILS[number - 1]


@pytest.mark.parametrize("name", ["2", "invoice.pdf"])
def test_a_part_is_its_octets(name: str) -> None:
    assert octets("latest", "--part", name) == b"%PDF\x00\xff"


def test_at_a_terminal_nothing_is_written_that_it_would_obey() -> None:
    for view in ("--raw", "--html", "--text", "--headers", "--part=1"):
        shown = "".join(at_terminal(80, "show", "p-2-1", view))
        assert shown
        assert "\x1b" not in shown
    assert "is not for a terminal" in "".join(at_terminal(80, "show", "p-4-1", "--part=2"))


def test_the_transcript_is_that_of_its_session(out: Out) -> None:
    assert main(["show", "p-1-1", "--transcript"]) == 0

    lines = [line.split("  ", 1)[1] for line in out().splitlines()]
    assert lines == [
        "S: 220 hi",
        "C: EHLO me.test",
        "S: 250 hi",
        "C: DATA",
        f"C: [{len(CODE)} octets of mail data]",
        "S: 250 kept",
    ]


def test_what_is_wrong_with_message_and_session(out: Out) -> None:
    assert main(["show", "p-3-1", "--diagnostics"]) == 0

    shown = out()
    assert "p-3-1: error header-missing-from" in shown
    assert "\np-3: error nul-in-data\n  NUL in the mail data: 1 octet" in shown


def test_mail_of_a_stranger_has_no_session(
    maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (maildir / "new" / "1700000000.x.host").write_bytes(b"Subject: odd\n\nhi\n")

    assert main(["show", "1700000000.x", "--transcript"]) == 1
    assert "has no transcript: its session is not kept here" in capsys.readouterr().err
    assert main(["show", "1700000000.x"]) == 0
    assert "Envelope: no MAIL to no RCPT\n" in capsys.readouterr().out


def test_json_has_all_there_is(out: Out) -> None:
    main(["show", "p-4-1", "--json"])

    shown = json.loads(out())
    assert list(shown) == [
        *("id", "session", "at", "reverse_path", "forward_paths", "size", "subject", "truncated"),
        *("from", "to", "read", "headers", "text", "html", "links", "codes", "parts"),
    ]
    assert shown["headers"][2] == ["Subject", "Invoice 7"]
    assert (shown["text"], shown["html"]) == ("See what is attached.", None)
    assert shown["parts"][2] == {
        "part": "2",
        "type": "application/pdf",
        "name": "invoice.pdf",
        "disposition": "attachment",
        "content_id": None,
        "size": 6,
    }


def test_json_of_hostile_octets_can_be_read_by_strict_readers(out: Out) -> None:
    main(["show", "p-3-1", "--json"])

    json.loads(out())["text"].encode()
    assert EVIL.endswith(b"\xff\x00\r\n")


def test_the_name_of_a_strangers_file_never_reaches_the_terminal_as_it_is(
    maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("evil\x1b[2J\n1", "evil\x1b[2J\n2", "\x9b2J"):
        (maildir / "new" / name).write_bytes(b"\x1b[2JX: y\nSubject: hi\n\nhi\n")

    for words in (["evil"], ["evix"], ["evil\x1b[2J\n1"], ["\x9b2J"]):
        for option in ([], ["--code"], ["--transcript"], ["--headers"], ["--part", "9"]):
            main(["show", *words, *option])
    main(["wait", "--code", "subject:hi"])

    said = "".join(capsys.readouterr())
    assert said
    assert not {"\x1b", "\x9b"} & set(said)
    assert "\n1" not in said


def test_a_message_that_cannot_be_read_is_told_and_exit_74(
    maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (maildir / "new" / "1.huge").touch()
    os.truncate(maildir / "new" / "1.huge", 2**42)

    assert main(["show", "--raw", "1.huge"]) == 74

    assert tuple(capsys.readouterr()) == ("", "mailtrap: cannot read the message 1.huge\n")
