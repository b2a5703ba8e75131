"""What the README says of use in tests is what the examples do."""

import re
import textwrap
from pathlib import Path

import pytest

from mailtrap.testing import MailTrap

HERE = Path(__file__).parent
README = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## In tests\n")[2].partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| \[[^]]+\]\((tests/examples/\w+)\) \| (.+) \|$", SECTION, re.M))
BLOCKS = re.findall(r"```python\n(.*?)```", SECTION, re.S)


def test_every_example_has_a_row_in_the_table() -> None:
    assert set(ROWS) == {f"tests/examples/{path.name}" for path in HERE.glob("*_app")}


@pytest.mark.parametrize("directory", ROWS)
def test_what_the_table_quotes_is_in_the_example(directory: str) -> None:
    files = [path for path in (HERE.parents[1] / directory).iterdir() if path.is_file()]
    source = " ".join("\n".join(path.read_text(encoding="utf-8") for path in files).split())
    quotes = re.findall(r"`([^`]+)`", ROWS[directory])

    assert quotes
    assert [quote for quote in quotes if quote not in source] == []


def test_the_first_example_is_that_of_flask() -> None:
    source = (HERE / "flask_app" / "test_shop.py").read_text(encoding="utf-8")

    assert BLOCKS[0] in source


def test_each_rule_can_be_made() -> None:
    rules = next(block for block in BLOCKS if "mailtrap.unknown_user" in block)
    made = [line for line in rules.splitlines() if line.startswith("mailtrap.")]
    with MailTrap(tls="starttls") as mailtrap:
        exec(textwrap.dedent(rules), {"mailtrap": mailtrap})

        assert len(mailtrap.unused_rules) >= len(made) > 5
