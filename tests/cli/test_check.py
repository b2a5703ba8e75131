import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailtrap.cli import main
from mailtrap.lint import message
from mailtrap.lint.diagnostic import Found, Severity
from tests.throwaway import finds, marks, rule

Out = Callable[[], str]
BAD, ODD, NOTED = rule("x-bad"), rule("x-odd", Severity.WARNING), rule("x-noted", Severity.INFO)


@pytest.fixture(autouse=True)
def _three_rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    finds(
        monkeypatch,
        (BAD, marks(b"bad", "a word")),
        (ODD, marks(b"odd")),
        (NOTED, lambda mail: [Found()] if b"noted" in mail.content.data else []),
    )
    monkeypatch.chdir(tmp_path)


def mail(content: bytes, name: str = "a.eml") -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return name


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Out:
    return lambda: capsys.readouterr().out


def test_a_finding_has_its_place_its_words_and_its_octets_marked(out: Out) -> None:
    code = main(["check", mail(b"Subject: hi\r\n\r\nvery bad \x1b[0m\r\n")])

    assert code == 1
    assert out() == (
        "a.eml:3:6: error x-bad\n"
        "  Something is wrong: a word (RFC 5322 §3.6)\n"
        "      3 | very bad ␛[0m\n"
        "        |      ^^^\n"
        "\n"
        "1 message: 1 error\n"
    )


def test_a_clean_message_is_one_line_and_exit_0(out: Out) -> None:
    assert main(["check", mail(b"hi\r\n")]) == 0
    assert out() == "1 message: nothing found\n"


@pytest.mark.parametrize(
    ("words", "shown", "code"),
    [
        ([], ["x-odd"], 0),
        (["--level=error"], [], 0),
        (["--level=warning"], ["x-odd"], 1),
        (["--level=info"], ["x-noted", "x-odd"], 1),
        (["--select=x-noted"], ["x-noted"], 1),
        (["--select=x-noted", "--level=error"], [], 0),
        (["--ignore=x-odd", "--level", "warning"], [], 0),
        (["--ignore=x-odd,x-noted", "--level=info"], [], 0),
    ],
    ids=str,
)
def test_what_is_shown_and_what_fails(
    words: list[str], shown: list[str], code: int, out: Out
) -> None:
    assert main(["check", mail(b"odd, noted\r\n"), *words]) == code
    assert sorted(set(re.findall(r"x-\w+", out()))) == shown


def test_what_is_not_shown_is_counted(out: Out) -> None:
    main(["check", mail(b"bad, odd, noted\r\n")])

    assert out().endswith("\n1 message: 1 error, 1 warning (1 finding not shown, see --level)\n")


def test_directories_are_searched_for_eml_files_and_maildirs(out: Out) -> None:
    for folder in ("cur", "new", "tmp"):
        mail(b"bad", f"mails/box/{folder}/1:2,S")
    mail(b"bad", "mails/deep/b.EML")
    mail(b"bad", "mails/new/no-maildir")
    mail(b"bad", "mails/readme.txt")

    assert main(["check", "mails", "mails/box/cur/1:2,S", "--json"]) == 1
    files = [each["file"] for each in json.loads(out())]
    assert files == ["mails/box/cur/1:2,S", "mails/box/new/1:2,S", "mails/deep/b.EML"]


def test_stdin_is_a_message(monkeypatch: pytest.MonkeyPatch, out: Out) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"bad\r\n")))

    assert main(["check", "-"]) == 1
    assert out().startswith("stdin:1:1: error x-bad\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nope.eml"], "there is no file 'nope.eml'"),
        (["empty"], "there is no message in 'empty': no *.eml, and no maildir's cur and new"),
        (["a.eml", "--ignore=x-bda"], "there is no rule 'x-bda'; did you mean x-bad"),
        (["a.eml", "--select=quux"], "there is no rule 'quux'; mailtrap rules lists them"),
        ([], "the following arguments are required: FILE; see mailtrap check --help"),
        (["a.eml", "--json", "--sarif"], "argument --sarif: not allowed with argument --json"),
    ],
    ids=str,
)
def test_bad_usage_is_one_sentence_and_exit_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mail(b"bad\r\n")
    Path("empty").mkdir()

    assert main(["check", *words]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith(f"mailtrap: {sentence}")
    assert len(heard.err.splitlines()) == 1


def test_a_file_that_cannot_be_read_is_told_the_others_are_checked_and_exit_is_74(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("gone.eml").symlink_to("nowhere")

    assert main(["check", "gone.eml", mail(b"bad\r\n")]) == 74
    heard = capsys.readouterr()
    assert heard.err == "mailtrap: cannot read 'gone.eml': No such file or directory\n"
    assert "a.eml:1:1: error x-bad" in heard.out


def test_of_many_findings_of_a_rule_the_first_are_shown(out: Out) -> None:
    main(["check", mail(b"bad\r\n" * 10)])

    shown = out()
    assert shown.count(": error x-bad") == 3
    assert "… and 7 more x-bad in this file" in shown
    assert shown.endswith("1 message: 10 errors\n")


def test_a_message_that_was_read_in_part_says_so(monkeypatch: pytest.MonkeyPatch, out: Out) -> None:
    monkeypatch.setattr(message, "MAX_READ", 4)
    file = mail(b"hi\r\nbad\r\n")

    assert main(["check", file]) == 0
    assert "a.eml: only the first 4 of 9 octets were looked at\n" in out()
    main(["check", file, "--json"])
    assert json.loads(out())[0] == {"file": file, "size": 9, "read": 4, "diagnostics": []}
    main(["check", file, "--sarif"])
    [invocation] = json.loads(out())["runs"][0]["invocations"]
    assert "only the first 4" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_json_has_the_documented_keys_and_all_levels(out: Out) -> None:
    main(["check", mail("é\x02 odd\nbad, noted".encode()), "--json"])

    [file] = json.loads(out())
    assert [each["rule"] for each in file["diagnostics"]] == ["x-noted", "x-odd", "x-bad"]
    assert file["diagnostics"][1] == {
        "rule": "x-odd",
        "severity": "warning",
        "source": "RFC 5322 §3.6",
        "file": "a.eml",
        "line": 1,
        "column": 4,
        "start": 4,
        "end": 7,
        "field": "",
        "part": "",
        "title": "Something is wrong",
        "detail": "",
    }
    assert file["diagnostics"][0]["line"] is None


def test_a_line_ends_at_its_line_feed_whatever_else_is_in_it(out: Out) -> None:
    main(["check", mail(b"one\rstill one\x0b\0\nbad\r\n"), "--select", "x-bad"])

    assert out().startswith("a.eml:2:1: ")


def test_a_line_that_no_server_may_send_on_is_an_error_of_the_file(out: Out) -> None:
    code = main(["check", mail(b"Subject: hi\r\n\r\n" + b"x" * 1200 + b"\r\n")])

    assert code == 1
    assert out().startswith(
        "a.eml:3:1: error line-too-long\n  Line of more than 998 octets: 1200 octets in line 3"
    )


def test_text_from_the_wire_is_safe_to_show(monkeypatch: pytest.MonkeyPatch, out: Out) -> None:
    finds(monkeypatch, (BAD, marks(b"bad", "\x1b]0;title\x07\udcff")))

    main(["check", mail(b"bad\r\n", "\x1b[31m.eml")])

    shown = out()
    assert "\x1b" not in shown
    assert "␛]0;title␇" in shown


def in_terminal(*words: str, **environ: str) -> str:
    """What check writes to a terminal."""
    pty = pytest.importorskip("pty")
    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mailtrap", *words],
        stdout=secondary,
        env={**os.environ, "TERM": "xterm", **environ},
    )
    assert process.wait(timeout=30) == 0
    os.close(secondary)
    with os.fdopen(primary, "rb", 0) as stream:
        return stream.read(65536).decode()


def test_colour_is_for_terminals_that_want_it() -> None:
    assert "\x1b[" in in_terminal("explain", "no-helo", NO_COLOR="")
    assert "\x1b[" not in in_terminal("explain", "no-helo", NO_COLOR="1")
    assert "\x1b[" not in in_terminal("explain", "no-helo", TERM="dumb", NO_COLOR="")
