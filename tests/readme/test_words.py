"""Names that the README lists in its text and tables are those that there are."""

import json
import re
import smtplib
from datetime import UTC, datetime

from mailtrap.cli.completion import SHELLS
from mailtrap.cli.help import TOPICS
from mailtrap.cli.service import KINDS
from mailtrap.faults import syntax
from mailtrap.faults.magic import AFTER_DATA, WORDS, magic_rule
from mailtrap.faults.presets import PRESETS
from mailtrap.pytest_plugin import _INI
from mailtrap.query import parse
from mailtrap.testing import MailTrap
from mailtrap.testing.criteria import Criteria
from tests.cli.command_lines import NAMES, options_of
from tests.cli.maildirs import CODE
from tests.cli.maildirs import server as writing
from tests.readme.conftest import Shell
from tests.readme.page import section, spans

# Commands and options of other programs.
FOREIGN = r"--add-host |curl |msmtp |swaks |mailtrap run --maildir mails -- node "


def code(text: str) -> list[str]:
    """The spans of code in a piece of the text."""
    return re.findall(r"`([^`]+)`", text)


def between(heading: str, begin: str, end: str) -> str:
    """What stands between these words of a section, wherever its lines are broken."""
    first, last = (re.escape(words).replace(r"\ ", r"\s") for words in (begin, end))
    found = re.search(f"{first}(.*?){last}", section(heading), re.DOTALL)
    assert found, f"{begin!r} ... {end!r} is not in {heading!r}"
    return found[1]


def test_each_option_in_the_text_is_there() -> None:
    ours = [span for span in spans() if not re.match(FOREIGN, span)]
    named = {word for span in ours for word in span.split() if re.match(r"--[a-z]", word)}
    there = {option for name in NAMES for option in options_of(name)}
    there |= {f"--no-{option[2:]}" for option in there} | {"--magic", "--mouse"}
    there |= {f"--{name.replace('_', '-')}" for name in _INI}

    assert {word.partition("=")[0] for word in named} - there == set()


def test_topics_shells_and_services_are_all_there_are() -> None:
    rows = dict(re.findall(r"^\| `(mailtrap [^`]+)` \| (.+) \|$", section("Start"), re.MULTILINE))

    assert rows["mailtrap help"].removeprefix("topics: ").split(", ") == [
        topic for topic in TOPICS if topic != "start"
    ]
    for command, words in (("completion", SHELLS), ("service", KINDS)):
        [(first, rest)] = [
            (line.split()[-1], text) for line, text in rows.items() if f" {command} " in line
        ]
        assert (first, *code(rest)) == words


def test_each_magic_recipient_does_something_and_none_is_left_out() -> None:
    table = between("Make it fail on purpose", "|---|---|", "\n\n")
    words = re.findall(r"`([\w.-]+)@(?:fault\.test|\.\.\.)", table)

    assert {*WORDS, f"{AFTER_DATA}554"} <= set(words)
    for word in words:
        verb = "MESSAGE" if word.startswith(AFTER_DATA) else "RCPT"
        assert magic_rule(f"{word}@fault.test", verb), word


def test_the_keys_of_rules_are_all_that_can_be_read() -> None:
    table = between("Make it fail on purpose", "| key | means |\n|---|---|\n", "\n\n")
    keys = [key for row in table.splitlines() for key in code(row.split(" | ")[0])]

    assert sorted(keys) == sorted({**syntax._TYPES, **syntax._ITSELF})


def test_all_presets_are_named() -> None:
    assert set(code(between("Make it fail on purpose", "and the presets:", "They take"))) == set(
        PRESETS
    )


def test_the_criteria_and_what_a_message_has() -> None:
    said = between("In tests", "All take the same criteria:", "each may be")
    has = between("In tests", "A message has", "and more;")
    criteria = {re.split(r"[=\"@]", word)[0] for word in code(said)} - {""}

    assert criteria - {"bob"} == set(Criteria.__annotations__)
    assert len(code(has)) > 15
    with MailTrap() as trap:
        with smtplib.SMTP(trap.host, trap.port) as smtp:
            smtp.sendmail("ann@example.org", ["bob@example.org"], CODE)
        message = trap.one()
        assert [name for name in code(has) if not hasattr(message, name.removesuffix("()"))] == []


def test_what_can_be_asked_of_the_fixture() -> None:
    table = between("In tests", "| ask | |\n|---|---|\n", "\n\n")
    asked = re.findall(r"`(?:await |(?:async )?with )?([a-z_]+)\b", table)

    sent = re.findall(r"`sent\.([a-z]+)`", table)

    assert len(asked) > 12
    assert sent == ["message", "messages"]
    with MailTrap() as trap:
        words = ("mailtrap", "count", "timeout", "settle", "sent")
        names = [name for name in asked if name not in words]
        assert [name for name in names if not hasattr(trap, name)] == []
        assert [name for name in sent if name not in dir(trap.expect())] == []


def test_the_settings_of_the_fixture_are_there() -> None:
    named = re.findall(r"`(mailtrap_[a-z]+)[ `]", between("In tests", "In the ini file", "- Mail"))

    assert set(named) - {"mailtrap_settings"} == set(_INI)


def test_each_filter_in_the_text_can_be_read() -> None:
    listed = code(between("From scripts", "All of them take the same filters", "and more"))

    assert len(listed) >= 10
    for each in listed:
        text = each if not each.endswith(":") else f"{each}x"
        parse(text, now=datetime.now(UTC))


def test_the_keys_of_what_is_printed_as_json(shell: Shell) -> None:
    with writing(shell.directory / "mails") as maildir:
        maildir.take(CODE)
    (shell.directory / "mail.eml").write_bytes(CODE)
    [listed] = json.loads(shell.run("mailtrap list --maildir mails --json"))
    shown = json.loads(shell.run("mailtrap show latest --maildir mails --json"))
    _, found, _ = shell.ended("mailtrap check --json mail.eml")
    [checked] = json.loads(found)

    each = between("From scripts", "each message with", "`show --json`")
    more = between("From scripts", "with these and", "; `export`")
    assert code(each) == [*listed]
    assert code(more) == [key for key in shown if key not in listed]
    assert told("with an object for each file:", "A line ends") == {
        *checked,
        *checked["diagnostics"][0],
    }


def told(begin: str, end: str) -> set[str]:
    """The keys of check."""
    return set(code(between("What is wrong with it", begin, end)))
