"""``--help`` of all commands, ``mailtrap help`` and its topics."""

import ast
import itertools
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrap.cli import COMMANDS, GROUPS, main
from mailtrap.cli.help import TOPICS, text_of
from mailtrap.faults.syntax import read_rules
from mailtrap.lint.catalogue import RULES
from mailtrap.query import parse
from mailtrap.query_candidate import HAS, IS
from mailtrap.query_terms import _READERS
from mailtrap.setting_groups import Settings
from mailtrap.settings import HEADINGS
from tests.cli.command_lines import NAMES, accepts, examples_of, options_of, parser_of
from tests.cli.conftest import Out
from tests.cli.test_serve import MAILTRAP
from tests.terminals import at_a_terminal

COLUMNS = 80
NOW = datetime(2024, 5, 31, 12, 0, tzinfo=UTC)
COMMANDS_IN_TOPICS = [
    pytest.param(re.sub(r"^\w+=\$\((.*)\)$", r"\1", found), id=f"{topic}: {found}")
    for topic in TOPICS
    for found in re.findall(r"^    ((?:\w+=\$\()?mailtrap(?: .*)?)$", text_of(topic), re.MULTILINE)
    if not found.startswith("mailtrap.")
]


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))


@pytest.mark.parametrize("name", NAMES)
def test_help_fits_eighty_columns_and_shows_examples(name: str) -> None:
    shown = parser_of(name).format_help() if name == "screen" else text_of(name)

    assert max(map(len, shown.splitlines())) <= COLUMNS
    assert f"usage: mailtrap{'' if name == 'screen' else f' {name}'} " in shown
    assert "examples:\n  mailtrap" in shown or name in ("faults", "completion")


def test_help_fits_a_narrow_terminal_and_does_not_spread_over_a_wide_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    widths = {}
    for columns in (60, 300):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = parser_of("check").format_help().partition("examples:")[0]
        widths[columns] = max(map(len, shown.splitlines()))

    assert widths[60] <= 60 < widths[300] <= 100


def test_every_command_and_every_option_is_under_one_heading() -> None:
    in_groups = [name for names in GROUPS.values() for name in names if name in COMMANDS]
    options = [name for names in HEADINGS.values() for name in names]

    assert sorted(in_groups) == sorted(COMMANDS)
    assert sorted(options) == sorted(each.name for each in fields(Settings))


def test_help_lists_every_command_under_its_heading(out: Out) -> None:
    assert main(["--help"]) == 0
    shown = out()

    for heading, names in GROUPS.items():
        block = shown.partition(f"\n{heading}:\n")[2].partition("\n\n")[0]
        assert [line.split()[0] for line in block.splitlines()] == [
            name for name in names if name in COMMANDS
        ]
    for heading in ("where it listens", "what it keeps", "TLS", "failing on purpose"):
        assert f"\n{heading}:\n  --" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["srve"], "there is no command 'srve'; did you mean 'serve'?"),
        (["--prot", "0"], "--prot 0; did you mean --port? see mailtrap --help"),
        (["serve", "--prot=0"], "--prot=0; did you mean --port? see mailtrap serve --help"),
        (["serve", "-port", "0"], "did you mean --port? see mailtrap serve --help"),
        (["list", "--sicne", "5m"], "did you mean --since? see mailtrap list --help"),
        (["check", "--seelct", "x", "y"], "did you mean --select? see mailtrap check --help"),
        (["serve", "--quux"], "unrecognized arguments: --quux; see mailtrap serve --help"),
        (["serve", "prot"], "unrecognized arguments: prot; see mailtrap serve --help"),
        (["--port=0", "serve"], "serve; a command comes first: mailtrap serve ...; see mailtrap"),
        (["--json"], "unrecognized arguments: --json; mailtrap serve has --json; see mailtrap"),
        (["help", "fitlers"], "there is no topic or command 'fitlers'; did you mean 'filters'?"),
        (["help", "xyzzy"], "there is no topic or command 'xyzzy'; mailtrap help lists them"),
        (["help", "a", "b"], "mailtrap help"),
    ],
)
def test_what_is_misspelt_is_told_with_what_was_meant(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2

    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_help_alone_lists_the_topics(out: Out) -> None:
    assert main(["help"]) == 0

    listed = out()
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("  ")] == [*TOPICS]
    assert max(map(len, listed.splitlines())) <= COLUMNS


def test_each_text_is_a_topic_and_the_other_way_round() -> None:
    import mailtrap.cli

    directory = Path(mailtrap.cli.__file__).parents[1] / "topics"

    # What is said of faults is that of mailtrap faults.
    assert sorted(each.stem for each in directory.iterdir()) == sorted({*TOPICS} - {"faults"})


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_fits_eighty_columns(topic: str, out: Out) -> None:
    assert main(["help", topic]) == 0

    lines = out().splitlines()
    assert len(lines) > 10
    assert max(map(len, lines)) <= COLUMNS


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in TOPICS])
def test_help_of_a_command_is_what_the_command_says(name: str, out: Out) -> None:
    assert main(["help", name]) == 0
    shown = out()
    assert main([name, "--help"]) == 0

    assert shown == out()


@pytest.mark.parametrize("command", COMMANDS_IN_TOPICS)
def test_the_commands_in_topics_can_be_read(command: str) -> None:
    accepts(command)


def block(topic: str, first: str) -> str:
    """What is indented in a topic, from that line on."""
    lines = text_of(topic).splitlines()
    start = lines.index(f"    {first}")
    within = itertools.takewhile(lambda line: not line or line.startswith("    "), lines[start:])
    return textwrap.dedent("\n".join(within))


def test_the_commands_in_topics_are_found() -> None:
    assert len(COMMANDS_IN_TOPICS) > 30


def test_every_filter_that_is_told_can_be_read_and_every_field_is_told() -> None:
    text = text_of("filters")
    told = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    filters = [
        re.split(r"  +", line)[0] for line in told if not line.lstrip().startswith("mailtrap")
    ]

    for each in filters:
        assert str(parse(each, now=NOW, rules=lambda: RULES))
    assert len(filters) > 20
    for field in _READERS:
        assert f"{field}:" in text
    for word in (*HAS, *IS):
        assert re.search(rf"\b{word}\b", text)


def test_the_rules_in_topics_are_right() -> None:
    rules = read_rules(block("tls", "[[rule]]").partition("\n\n")[0])

    assert [rule.verb for rule in rules] == ["STARTTLS"]


def test_every_option_that_newcomers_are_told_to_use_is_there() -> None:
    options = set().union(*map(options_of, NAMES))
    told = [
        (line, flag)
        for line in text_of("migration").splitlines()
        for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", re.split(r" {2,}", line.strip())[-1])
        if re.search(r"\S {2,}\S", line.strip())
    ]

    assert len(told) > 15
    assert [line for line, flag in told if flag not in options] == []


def test_the_rules_that_newcomers_are_told_to_write_are_right() -> None:
    keys = re.findall(r"  ((?:on|preset) = .*?)(?:, *)?$", text_of("migration"), re.MULTILINE)

    rules = [
        rule
        for line in keys
        for rule in read_rules("[[rule]]\n" + line.replace(", ", "\n") + "\nprobability = 0.05")
    ]

    assert [rule.verb for rule in rules] == ["RCPT", "MAIL", "AUTH", "MAIL", "RCPT"]
    assert {rule.probability for rule in rules} == {0.05}


def test_the_test_that_the_topic_shows_passes(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(block("fixture", "import smtplib"))

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-pno:randomly", "test_it.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "1 passed" in done.stdout, done.stdout


def test_every_name_that_the_topic_has_of_the_fixture_is_there() -> None:
    from mailtrap.testing import MailTrap, Message
    from mailtrap.testing.mail_trap import View

    text = text_of("fixture") + text_of("migration").replace("mailtrap.testing", "")
    names = set(re.findall(r"(?<!from )\b(?:mailtrap|trap)\.([a-z_]+)(?=[(\s,])", text))
    asked = re.findall(r"^    (.*?)  {3,}", text.partition("ASK")[2].partition("\n\nto,")[0], re.M)
    names |= set(re.findall(r"\b([a-z_]{3,})(?=\()", " ".join(asked)))

    assert names > {"wait_for", "port", "assert_sent", "find"}
    assert [n for n in sorted(names) if not any(hasattr(x, n) for x in (MailTrap, View))] == []
    of_messages = re.findall(r"(?:message|mailtrap\[0\])\.([a-z_]+)", text_of("migration"))
    assert [name for name in of_messages if not hasattr(Message, name)] == []
    ast.parse(block("fixture", "from mailtrap.testing import MailTrap"))


@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({"PAGER": "sed 's/^/paged: /'"}, "paged: FILTERS"),
        ({"PAGER": "sed 's/^/paged: /'", "TERM": "dumb"}, "\r\nWORDS\r\n"),
        ({"PAGER": "less"}, "FILTERS"),
        ({"PAGER": "/nowhere/pager -x"}, "FILTERS"),
    ],
    ids=["PAGER", "dumb", "less", "none"],
)
def test_at_a_terminal_a_topic_is_in_the_pager(environ: dict[str, str], shown: str) -> None:
    command = [*MAILTRAP, "help", "filters"]

    at_a_terminal(command, shown, keys="q", environ={"TERM": "xterm", **environ})


def test_help_is_there_at_once() -> None:
    heavy = "textual rich watchfiles aiosmtpd asyncio ssl subprocess mailtrap.lint mailtrap.trap"
    code = (
        "import sys\nfrom mailtrap.cli import main\n"
        "main(['--help'])\n"
        "main(['help'])\n"
        f"print('loaded:', [each for each in {heavy.split()} if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=dict(os.environ),
    )

    assert done.stdout.endswith("loaded: []\n")


def test_every_command_has_examples_that_can_be_read() -> None:
    for name in NAMES:
        examples = [each for each in examples_of(name) if each.startswith("mailtrap")]
        assert examples or name in ("faults", "completion")
        for each in examples:
            accepts(each)
