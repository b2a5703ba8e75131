"""Beside the Mailtrap company's SDK, which has the same import name: both work in either order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SDK = {  # as it is laid out, as far as that matters here
    "__init__.py": "from .client import MailtrapClient\nfrom .models.mail import Attachment, Mail\n"
    "from .models.stats import StatsFilterParams\n",
    "client.py": "class MailtrapClient: pass\n",
    "models/__init__.py": "",
    "models/mail/__init__.py": "from .attachment import Attachment\nclass Mail: pass\n",
    "models/mail/attachment.py": "class Attachment: pass\n",
    "models/inbound.py": "class Attachment: pass\nclass Folder: pass\n",
    "models/stats.py": "class StatsFilterParams: pass\nclass Folder: pass\n",
}


@pytest.fixture(params=["ours last", "theirs last"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A directory with both in one package, of which one has the ``__init__``."""
    package = tmp_path / "mailtrap"
    for name, source in SDK.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    for path in (ROOT / "mailtrap").iterdir():
        if path.name != "__init__.py":
            (package / path.name).symlink_to(path)
    if request.param == "ours last":
        (package / "__init__.py").write_bytes((ROOT / "mailtrap" / "__init__.py").read_bytes())
    return tmp_path


def run(place: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


def test_the_names_of_the_sdk_are_its_own(place: Path) -> None:
    done = run(
        place,
        "-c",
        """
import mailtrap
from mailtrap import Attachment, MailtrapClient, StatsFilterParams, testing
assert mailtrap.client.MailtrapClient is MailtrapClient is mailtrap.MailtrapClient
assert Attachment.__module__ == "mailtrap.models.mail.attachment"
assert mailtrap.Mail.__module__ == "mailtrap.models.mail"
assert StatsFilterParams.__module__ == "mailtrap.models.stats"
assert testing.MailTrap
assert not hasattr(mailtrap, "Nonsense")
assert not hasattr(mailtrap, "__wrapped__")
""",
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("place", ["ours last"], indirect=True)
def test_a_name_that_several_modules_of_the_sdk_have_is_not_guessed(place: Path) -> None:
    done = run(place, "-c", "import mailtrap; mailtrap.Folder")

    assert (
        "AttributeError: module 'mailtrap' has no attribute 'Folder' of its own; import it from"
        " mailtrap.models.inbound and mailtrap.models.stats"
    ) in done.stderr


def test_the_plugin_works_beside_the_sdk(place: Path) -> None:
    (place / "test_it.py").write_text(
        "import mailtrap as sdk\n"
        "import smtplib\n"
        "def test_it(mailtrap):\n"
        "    assert sdk.MailtrapClient()\n"
        "    with smtplib.SMTP(mailtrap.host, mailtrap.port) as client:\n"
        "        client.sendmail('a@example.org', ['b@example.org'], 'Subject: Hi')\n"
        "    assert mailtrap.one().subject == 'Hi'\n"
    )

    done = run(place, "-m", "pytest", "-q", "-pmailtrap.pytest_plugin", "test_it.py")

    assert done.returncode == 0, done.stdout


def test_the_command_line_works_beside_the_sdk(place: Path) -> None:
    for words in (["--version"], ["run", "--", "true"], ["rules", "--json"]):
        done = run(place, "-m", "mailtrap", *words)

        assert done.returncode == 0, done.stderr


def test_without_the_sdk_a_name_that_is_not_there_is_told_as_usual() -> None:
    done = run(ROOT, "-c", "import mailtrap; print(mailtrap.__version__); mailtrap.MailtrapClient")

    assert done.stderr.endswith(
        "AttributeError: module 'mailtrap' has no attribute 'MailtrapClient'\n"
    )
