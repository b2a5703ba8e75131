"""Nothing in the README goes unchecked: each block is known to a test, each command can be read."""

import re
import shlex
import tomllib

import pytest

from mailtrap.cli import COMMANDS
from tests.cli.command_lines import accepts
from tests.readme.page import README, ROOT, Block, blocks, spans

TYPED = "tests/readme/test_commands.py::"
OUTPUTS = "tests/readme/test_outputs.py::"
CI = "tests/readme/test_ci.py::test_the_readme_quotes_the_files"
QUOTES = "tests/examples/test_quotes.py::"
SETTINGS = "tests/test_setting_files.py::test_the_examples_of_the_readme_work"
# Heading and first line of each block, and the test that runs it or compares it.
KNOWN = {
    ("Start", "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/mailtrap"): (
        "tests/test_packaging.py::test_what_is_installed_takes_mail"
    ),
    ("Start", "mailtrap send"): TYPED + "test_a_first_mail_and_the_demos_are_sent",
    ("Start", "mailtrap serve"): TYPED + "test_a_server_without_a_screen",
    ("What is wrong with it", "HH:MM:SS connected"): OUTPUTS + "test_serve_says_what_is_wrong",
    ("What is wrong with it", "mailtrap check mail.eml mails/"): TYPED + "test_check",
    ("What is wrong with it", "mails/a.eml:2:1: error header-duplicate"): OUTPUTS + "test_check",
    ("Make it fail on purpose", "[[rule]]"): (
        "tests/faults/test_syntax.py::test_the_example_in_the_readme_is_right"
    ),
    ("In tests", "@pytest.fixture"): QUOTES + "test_the_first_example_is_that_of_flask",
    ("In tests", '>       mailtrap.wait_for(to="bob@*", timeout=1)'): (
        "tests/plugin/test_quoted_report.py::test_the_readme_shows_reports_as_they_are"
    ),
    ("In tests", 'mailtrap.reply("RCPT", "451 4.7.1 try later", None, to="bob@*")'): (
        QUOTES + "test_each_rule_can_be_made"
    ),
    ("From scripts", "export MAILTRAP_MAILDIR=mails"): TYPED + "test_mail_of_a_maildir",
    ("From scripts", "mailtrap clear --all"): TYPED + "test_the_link_of_a_mail",
    (
        "From scripts",
        "mailtrap: waited 10 s for 'to:bob@example.org subject:Reset'; what arrived instead:",
    ): OUTPUTS + "test_wait_says_what_came_instead",
    ("In CI", "name: tests"): CI,
    ("In CI", "tests:"): CI,
    ("In CI", "services:"): CI,
    ("Send", "mailtrap send"): (
        "tests/clients/test_readme_callers.py::test_each_command_of_the_section_sends_what_it_says"
    ),
    ("TLS", "mailtrap --tls"): TYPED + "test_a_screen_opens",
    ("TLS", "mailtrap serve --tls --tls-ca ca.pem &"): TYPED + "test_curl_trusts_the_ca",
    ("Keep mail", "mailtrap --maildir mails"): TYPED + "test_a_screen_opens",
    ("Keep mail", "mailtrap view mails"): TYPED + "test_a_screen_opens",
    ("Settings", "# pyproject.toml"): SETTINGS,
    ("Settings", "# ~/.config/mailtrap/mailtrap.toml"): SETTINGS,
    ("Settings", "mailtrap settings"): TYPED + "test_the_settings_are_printed",
    ("Events for programs", '{"event":"ready"}'): OUTPUTS + "test_the_events_have_these_keys",
    (
        "Test and develop",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest",
    ): "tests/readme/test_accounted.py::test_what_is_installed_is_there",
    ("Test and develop", ".venv/bin/python tests/bench/throughput.py"): (
        # Not run: they measure for minutes.
        "tests/readme/test_accounted.py::test_each_benchmark_can_be_read"
    ),
    ("How it is built", "client <-> socket <-> smtp/connection.py"): (
        "tests/readme/test_accounted.py::test_the_modules_of_the_picture_are_there"
    ),
}


def key(block: Block) -> tuple[str, str]:
    """How ``KNOWN`` names it: times, peers and values differ from run to run."""
    first = re.sub(r"^\d\d:\d\d:\d\d\.\d{3} +\S+ +", "HH:MM:SS ", block.first.strip())
    return block.heading, re.sub(r'^({"event":"\w+").*', r"\1}", first)


def test_every_block_is_known_to_a_test_and_every_test_has_its_block() -> None:
    keys = [key(block) for block in blocks()]

    assert [each for each in keys if each not in KNOWN] == []
    assert sorted(keys) == sorted(KNOWN)


@pytest.mark.parametrize("test", sorted(set(KNOWN.values())))
def test_the_tests_that_are_named_are_there(test: str) -> None:
    path, _, name = test.partition("::")
    source = (ROOT / path).read_text("utf-8")

    assert re.search(rf"^def {name}\(", source, re.MULTILINE)
    assert "README" in source or "tests.readme.page" in source


def is_ours(code: str) -> bool:
    """A command line of mailtrap."""
    return code.startswith("mailtrap ")


def test_each_command_in_the_text_can_be_read() -> None:
    inside = "docker compose exec mailtrap "
    commands = [each for each in (code.removeprefix(inside) for code in spans()) if is_ours(each)]
    named = [code for code in commands if code.split()[1] in COMMANDS and len(code.split()) == 2]

    assert len(named) > 5
    assert len(commands) - len(named) > 10
    for command in commands:
        if command not in named and command != "mailtrap check --ignore":
            accepts(command)


# What is installed


def test_what_is_installed_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = set(re.findall(r"\.\[([\w,]+)\]", README))

    assert extras
    assert {name for each in extras for name in each.split(",")} <= {
        *project["optional-dependencies"]
    }
    assert set(re.findall(r"pip install ([a-z][\w-]+)", README)) == {project["name"]}
    assert set(project["scripts"]) == {"mailtrap"}


def test_the_two_commands_stay_as_they_are() -> None:
    start, develop = (first for _, first in KNOWN if first.startswith("python3 -m venv"))

    assert f"```sh\n{start}\n```" in README
    assert f"```sh\n{develop}\n```" in README
    for forms in ("`pipx install . && mailtrap`", "`uv tool install . && mailtrap`"):
        assert forms in README


def test_each_benchmark_can_be_read() -> None:
    lines = re.findall(r"^\.venv/bin/python (\S+)", README, re.MULTILINE)

    assert len(lines) >= 3
    for path in lines:
        compile((ROOT / path).read_text("utf-8"), path, "exec")


def test_the_modules_of_the_picture_are_there() -> None:
    [picture] = [each for each in blocks() if each.heading == "How it is built"]
    named = re.findall(r"\b[a-z_]+(?:/[a-z_]+\.py|\.py|/)", picture.text)

    assert len(named) > 5
    assert [name for name in named if not (ROOT / "mailtrap" / name).exists()] == []


def test_a_command_is_not_split_by_its_quotes() -> None:
    for block in blocks():
        if block.language == "sh":
            shlex.split(block.text, comments=True)
