"""Progress of long work at a real terminal; the tests say when the work goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailtrap.cli.progress import Progress
from tests.cli.maildirs import CODE, MAILS, server
from tests.cli.test_serve import MAILTRAP
from tests.terminals import at_a_terminal
from tests.test_terminal import terminal

ERASE = "\r\x1b[K"
# Runs a command, of which one step ends only when a key is typed.
HELD = """
import sys
from mailtrap.cli import main
from {module} import {name}
usual = {name}.{method}
def held(*words, **options):
    sys.stdin.readline()
    return usual(*words, **options)
{name}.{method} = held
sys.exit(main({words!r}))
"""


def held(step: str, *words: str) -> list[str]:
    """A command that waits in that step, such as ``module:Class.method``, for a line."""
    module, _, place = step.partition(":")
    name, method = place.split(".")
    code = HELD.format(module=module, name=name, method=method, words=[*words])
    return [sys.executable, "-c", code]


def lines(shown: str) -> list[str]:
    """What is left on the terminal in the end."""
    left = [line.rsplit(ERASE, 1)[-1] for line in shown.split("\n")]
    return [line.rstrip("\r").replace("\x1b[0m", "") for line in left]


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    path = tmp_path / "mails"
    with server(path) as running:
        for data in MAILS:
            running.take(data)
    return path


def test_a_check_that_takes_long_says_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(CODE)
    os.mkfifo(tmp_path / "slow.eml")
    # Typed once it is shown: that lets somebody write into the pipe.
    writer = f"read _; cat {tmp_path}/one.eml > {tmp_path}/slow.eml & exec </dev/null; "
    check = f"{' '.join(MAILTRAP)} check {tmp_path}/one.eml {tmp_path}/slow.eml"
    command = ["sh", "-c", f"{check} & {writer} wait $!; wait"]

    _, shown = at_a_terminal(command, "checking: 1 of 2, 50 %", keys="\n")

    assert lines(shown)[-2].startswith("2 messages: ")
    assert "checking" not in "".join(lines(shown))


@pytest.mark.parametrize(
    ("step", "words", "said", "left"),
    [
        (
            "mailtrap.stores.index:Index.look",
            ("list", "--json", "subject:code"),
            "opening {mails}, ",
            '[{"id"',
        ),
        (
            "mailtrap.cli.maildir:Mail.candidate",
            ("list", "--json", "subject:code"),
            "looking for mail: 0 of 4, 0 %",
            '[{"id"',
        ),
    ],
    ids=["opening", "looking"],
)
def test_a_list_that_takes_long_says_what_it_does(
    mails: Path, step: str, words: tuple[str, ...], said: str, left: str
) -> None:
    command = held(step, *words, "--maildir", str(mails))
    keys = "\n" * len(MAILS)

    code, shown = at_a_terminal(command, said.format(mails=mails), keys=keys, size=(300, 24))

    assert code == 0
    assert lines(shown)[-2].startswith(left)


def test_a_view_that_takes_long_to_open_says_so_until_it_is_there(mails: Path) -> None:
    script = mails.parent / "view.py"
    script.write_text(held("mailtrap.stores.attached:AttachedMaildir.start", "view", str(mails))[2])
    with terminal(mails.parent, (100, 30)) as opened:
        opened.run(f"{sys.executable} {script}")
        opened.until_shown("opening /")
        opened.keys("Enter")
        opened.until(lambda screen: "Invoice 7" in screen and "opening /" not in screen, "mail")
        opened.keys("q")
        opened.until(lambda _: opened.asked("#{alternate_on}") == "0", "the shell")


@pytest.mark.parametrize("form", ["zip", "eml", "maildir"])
def test_an_export_that_takes_long_says_how_far_it_is(mails: Path, form: str) -> None:
    to = mails.parent / "out"
    code = (
        "import sys\n"
        "from mailtrap.cli import export_formats, main\n"
        "usual = export_formats.octets_of\n"
        "def held(message):\n"
        "    sys.stdin.readline()\n"
        "    return usual(message)\n"
        "export_formats.octets_of = held\n"
        f"words = ['export', {str(to)!r}, '--format', {form!r}, '--maildir', {str(mails)!r}]\n"
        "sys.exit(main(words))"
    )

    ended, shown = at_a_terminal(
        [sys.executable, "-c", code], "writing: 0 of 4, 0 %", keys="\n" * len(MAILS)
    )

    assert ended == 0
    assert lines(shown)[-2] == f"mailtrap: 4 messages written to {str(to)!r}"


def test_output_meanwhile_is_beside_it_and_not_within() -> None:
    code = (
        "import sys\n"
        "from mailtrap.cli.output import say\n"
        "from mailtrap.cli.progress import Progress\n"
        "with Progress('working', 3) as progress:\n"
        "    for each in progress.over('abc'):\n"
        "        sys.stdin.readline()\n"
        "        say(each * 3)\n"
    )
    _, shown = at_a_terminal([sys.executable, "-c", code], "working: 0 of 3", keys="\n\n\n")

    assert [line for line in lines(shown) if line] == ["aaa", "bbb", "ccc"]


def test_it_fits_a_narrow_terminal_and_is_gone_after_ctrl_c(mails: Path) -> None:
    command = held("mailtrap.stores.index:Index.look", "list", "--maildir", str(mails))

    code, shown = at_a_terminal(command, "opening /", keys="\x03", size=(20, 5))

    assert code == 130
    assert max(len(part) for part in shown.split(ERASE)) <= 19
    assert "opening" not in lines(shown)[-1]


def test_nothing_is_said_where_nobody_looks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.eml")
    checking = subprocess.Popen(
        [*MAILTRAP, "check", str(tmp_path / "slow.eml")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    (tmp_path / "slow.eml").write_bytes(CODE)  # waits until it is read

    assert checking.communicate(timeout=60)[1] == b""


def test_a_dumb_terminal_is_left_alone() -> None:
    code = (
        "from mailtrap.cli import progress\n"
        "with progress.Progress('working') as it: print(it._thread is None)"
    )
    _, shown = at_a_terminal([sys.executable, "-c", code], environ={"TERM": "dumb"})

    assert shown == "True\r\n"


def test_it_counts_what_is_done() -> None:
    progress = Progress("working", 2000)

    assert [*progress.over("ab")] == ["a", "b"]
    assert progress._text(3) == "working: 2 of 2,000, 0 %"
    assert Progress("opening x")._text(3.4) == "opening x, 3 s"
