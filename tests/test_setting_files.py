"""Settings in files: which are read, what counts, and what is told of what cannot be used."""

import os
import re
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.errors import UsageError
from mailtrap.setting_files import _table, places, sources, tables
from mailtrap.setting_groups import GROUPS, CheckSettings, ScreenSettings, Settings, WaitSettings
from mailtrap.setting_sources import SECTIONS, Given, Sources, resolve
from mailtrap.settings import option, options_of, parse, parser, readme_table
from mailtrap.tui.keymap import checked
from tests.test_toml_lines import names, quoted, values, written

ROOT = Path(__file__).parent.parent
PORT = option(Settings, "port")


class Home:
    """A project and a user with files of settings."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project = directory / "shop" / "pyproject.toml"
        self.user = directory / "config" / "mailtrap" / "mailtrap.toml"
        for path in (self.project, self.user):
            path.parent.mkdir(parents=True)
        self.monkeypatch = monkeypatch
        monkeypatch.setenv("XDG_CONFIG_HOME", str(directory / "config"))
        monkeypatch.setenv("APPDATA", str(directory / "config"))
        monkeypatch.chdir(self.project.parent)

    def given(self, attribute: str = "port", *words: str) -> Given:
        """That setting with those options."""
        return self.sources(*words).given(option(Settings, attribute))

    def sources(self, *words: str) -> Sources:
        """All there is with those options."""
        return sources(parse(parser("mailtrap", ""), words))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch)


# What counts


def test_an_option_counts_before_the_environment_the_project_the_user_and_the_default(
    home: Home,
) -> None:
    assert home.given() == Given(1025, "default")
    home.user.write_text("# mine\nport = 1\n")
    assert home.given() == Given(1, "file", f"{home.user}, line 2", home.user, 2)
    home.project.write_text("[tool.mailtrap]\n\nport = 2\n")
    assert home.given() == Given(2, "file", f"{home.project}, line 3", home.project, 3)
    home.monkeypatch.setenv("MAILTRAP_PORT", "3")
    assert home.given() == Given(3, "environment", "MAILTRAP_PORT")
    assert home.given("port", "--port=4") == Given(4, "option", "--port")


def test_files_complete_one_another(home: Home) -> None:
    home.user.write_text('theme = "nord"\ntimeout = 5\n[keys]\n"app.zoom" = "w"\napp.undo = "f8"\n')
    home.project.write_text('[tool.mailtrap]\nport = 2\n[tool.mailtrap.keys]\n"app.zoom" = "f2"\n')

    found = home.sources()

    assert (resolve(found).port, resolve(found).timeout) == (2, 5.0)
    assert found.of(ScreenSettings).theme == "nord"
    assert {action: each.value for action, each in found.keys().items()} == {
        "app.zoom": "f2",
        "app.undo": "f8",
    }


def test_the_nearest_project_counts_that_has_a_table(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.project.write_text("[tool.mailtrap]\nport = 2\n")
    package = home.project.parent / "packages" / "cart"
    package.mkdir(parents=True)
    monkeypatch.chdir(package)
    for no_matter in ('[project]\ndependencies = ["mailtrap-local"]\n', "<<<<<<< not TOML\n", ""):
        (package / "pyproject.toml").write_text(no_matter)
        assert home.given().value == 2

    (package / "pyproject.toml").write_text("[tool.mailtrap]\n")
    assert home.given().by == "default"


@pytest.mark.parametrize(
    "text",
    [
        "[tool.mailtrap]\nport = 2\n",
        "\ufeff[tool.mailtrap]\r\nport = 2\r\n",
        "tool.mailtrap.port = 2\n",
        "[tool]\nmailtrap.port = 2\n",
        "[ tool . 'mailtrap' ]\nport = 0x2\n",
        '["tool"]\n"mailtrap" = {port = "2"}\n',
        "tool = {mailtrap = {port = 2}}\n",
    ],
)
def test_a_table_may_be_written_in_any_way(home: Home, text: str) -> None:
    home.project.write_text(text, "utf-8", newline="")

    found = home.given()

    assert found.value == 2
    assert found.line == next(n for n, x in enumerate(text.splitlines(), 1) if "port" in x)


def test_one_file_can_be_read_instead_of_all_others(home: Home, tmp_path: Path) -> None:
    home.project.write_text("[tool.mailtrap]\nport = 2\n")
    home.user.write_text("port = 1\n")
    (tmp_path / "ci.toml").write_text("port = 5\n")

    home.monkeypatch.setenv("MAILTRAP_CONFIG", str(tmp_path / "ci.toml"))
    assert home.given().value == 5
    home.monkeypatch.setenv("MAILTRAP_CONFIG", str(home.project))
    assert home.given().value == 2
    home.monkeypatch.setenv("MAILTRAP_CONFIG", os.devnull)
    assert home.given().by == "default"
    home.monkeypatch.setenv("MAILTRAP_CONFIG", "gone.toml")
    with pytest.raises(UsageError, match=r"^MAILTRAP_CONFIG: cannot read 'gone.toml': there is"):
        home.given()


def test_what_an_option_says_needs_no_file(home: Home) -> None:
    home.user.write_text("what is this?")

    assert home.given("port", "--port", "1").value == 1
    with pytest.raises(UsageError):
        home.given()


def test_names_may_have_underscores(home: Home) -> None:
    home.user.write_text('max_size = "1k"\n')
    assert home.given("max_size").value == 1024

    home.user.write_text('max_size = "1k"\nmax-size = "2k"\n')
    with pytest.raises(UsageError, match="line 2: max_size and max-size are the same; drop one"):
        tables()


def test_paths_are_relative_to_their_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.project.write_text('[tool.mailtrap]\nmaildir = "mails"\nfaults = "~/rules.toml"\n')
    (home.project.parent / "deeper").mkdir()
    monkeypatch.chdir(home.project.parent / "deeper")

    assert home.given("maildir").value == home.project.parent / "mails"
    assert home.given("faults").value == Path.home() / "rules.toml"
    assert home.given("maildir", "--maildir=mails").value == Path("mails")


def test_an_option_undoes_what_a_file_says(home: Home) -> None:
    home.user.write_text('tls = true\nmaildir = "mails"\nno-magic = true\nuser = ["a:b"]\n')

    settings = resolve(home.sources("--no-tls", "--no-maildir", "--magic", "--no-user"))

    assert settings == Settings()
    assert resolve(home.sources()) != Settings()


def test_limits_of_a_maildir_are_those_that_are_set(home: Home) -> None:
    home.user.write_text('maildir = "mails"\nmax-messages = 5\n')

    settings = resolve(home.sources())

    assert (settings.max_messages, settings.max_bytes) == (5, 0)


# What can be written

VALUES: dict[str, tuple[str, object]] = {
    "host": ('["0.0.0.0", "::1"]', ("0.0.0.0", "::1")),
    "port": ("0", 0),
    "hostname": ('"mx.test"', "mx.test"),
    "max-size": ('"64M"', 64 * 2**20),
    "timeout": ("1.5", 1.5),
    "max-messages": ("0", 0),
    "max-bytes": ("2_000", 2000),
    "maildir": ('"/mails"', Path("/mails")),
    "fsync": ("true", True),
    "max-age": ('"3d"', 3 * 86400.0),
    "ehlo": ('["-CHUNKING", "+X-NEW a"]', ("-CHUNKING", "+X-NEW a")),
    "strict-eod": ("true", True),
    "trust-xclient": ("true", True),
    "tls": ("true", True),
    "tls-cert": ('"/c.pem"', Path("/c.pem")),
    "tls-key": ('"/k.pem"', Path("/k.pem")),
    "tls-ca": ('"/a.pem"', Path("/a.pem")),
    "tls-client-ca": ('"/b.pem"', Path("/b.pem")),
    "smtps-port": ("1465", 1465),
    "require-tls": ("true", True),
    "sniff": ("true", True),
    "faults": ('"/r.toml"', Path("/r.toml")),
    "no-magic": ("true", True),
    "user": ('["ann:a,b", "bob:"]', (("ann", "a,b"), ("bob", ""))),
    "show-secrets": ("true", True),
    "json": ("true", True),
    "transcript": ("true", True),
    "level": ('"info"', "info"),
    "theme": ('"nord"', "nord"),
    "layout": ('"above"', "above"),
    "split": ("40", 40),
    "images": ('"sixel"', "sixel"),
    "mouse": ("false", False),
    "check.level": ('"warning"', "warning"),
    "check.select": ('"dkim-missing, x"', ("dkim-missing", "x")),
    "check.ignore": ("[]", ()),
    "wait.timeout": ("30", 30.0),
    "tail.lines": ("50", 50),
    "run.env": ('["A={url}"]', ("A={url}",)),
}


def test_every_setting_can_be_in_a_file(home: Home) -> None:
    home.user.write_text(
        "".join(f"{key} = {text}\n" for key, (text, _) in VALUES.items()), encoding="utf-8"
    )

    found = home.sources()

    every = [each for group in GROUPS for each in options_of(group)]
    assert {each.key: found.given(each).value for each in every} == {
        key: value for key, (_, value) in VALUES.items()
    }


@pytest.mark.parametrize(
    ("text", "user"),
    [('"ann:a,b"', (("ann", "a,b"),)), ('[" ann:x"]', ((" ann", "x"),))],
)
def test_a_password_in_a_file_may_have_commas(home: Home, text: str, user: object) -> None:
    home.user.write_text(f"user = {text}\n")

    assert home.given("user").value == user


def test_variables_are_those_of_a_command_and_its_option(home: Home) -> None:
    home.monkeypatch.setenv("MAILTRAP_CHECK_IGNORE", "dkim-missing,x-odd")
    home.monkeypatch.setenv("MAILTRAP_WAIT_TIMEOUT", "0.5")
    home.monkeypatch.setenv("MAILTRAP_MOUSE", "no")
    home.monkeypatch.setenv("TEXTUAL_THEME", "gruvbox")

    found = sources(Namespace())

    assert found.of(CheckSettings).ignore == ("dkim-missing", "x-odd")
    assert found.of(WaitSettings).timeout == 0.5
    assert found.of(ScreenSettings) == ScreenSettings("gruvbox", None, None, mouse=False)


# What is wrong


def document_of(tables: dict[str, Any]) -> bytes:
    """TOML with a line for each key, in quotes."""
    return "".join(f"{quoted(key)} = {written(value)}\n" for key, value in tables.items()).encode()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("prot = 1\n", 1, "'prot' is no setting; did you mean 'port'?"),
        ("\n[chekc]\nx = 1\n", 2, "'chekc' is no setting; did you mean 'check'?"),
        ("[check]\n\nlevle = 'x'\n", 3, "'check.levle' is no setting; did you mean 'level'?"),
        ("[tail]\nselect = 1\n", 2, "'tail.select' is no setting; it stands in [check]"),
        ("[wait]\nhostname = 1\n", 2, "'wait.hostname' is no setting; it stands above all"),
        ("[check]\nzzz = 1\n", 2, "there are level, select, ignore"),
        ("[tool.mailtrap]\nport = 1\n", 1, "in this file settings stand at the top, without"),
        ("check = 3\n", 1, "check is a table: write [check] above its keys"),
        ("host = [\n  'a',\n", 3, "no TOML: "),
        ("port = \n", 1, "no TOML: Invalid value"),
        ("port = 1\nport = 2\n", 2, "no TOML: Cannot overwrite a value"),
        ("x = " + "[" * 5000, 1, "no TOML: "),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    home: Home, text: str, line: int, said: str
) -> None:
    home.user.write_text(text)

    with pytest.raises(UsageError) as error:
        tables()

    assert str(error.value).startswith(f"{home.user}, line {line}: ")
    assert said in str(error.value)


def test_what_is_no_utf_8_is_told_with_its_line(home: Home) -> None:
    home.user.write_bytes(b"port = 1\n# caf\xe9\n")

    with pytest.raises(UsageError, match=r"line 2: is not UTF-8, as TOML must be"):
        tables()


@pytest.mark.parametrize("text", ["[tool]\nmailtrap = 1\n", "tool = 1\n"])
def test_a_table_that_is_none_is_told(home: Home, text: str) -> None:
    home.project.write_text(text)

    with pytest.raises(UsageError, match=r"pyproject.toml: tool(\.mailtrap)? is no table; write"):
        tables()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 'smtp'", "port = 'smtp' is not a port; give a number from 0 to 65535"),
        ("port = true", "port = true must be a whole number"),
        ("port = 1025.0", "port = 1025.0 must be a whole number"),
        ("port = [1]", "port = [1] must be a whole number"),
        ("port = -1", "port = -1 is not a port"),
        ("port = 0x" + "f" * 5000, "port = … is larger than 9007199254740992"),
        ("timeout = nan", "timeout = nan is not a time"),
        ("max-size = 1.5", "max-size = 1.5 must be a whole number, or text such as '64M'"),
        ("max-age = 3", "max-age = 3 is not an age; give a number with s, m, h, d or w"),
        ("fsync = 'yes'", "fsync = 'yes' is neither true nor false"),
        ("host = 3", "host = 3 must be text in quotes, or a list of it"),
        ("host = [3]", "host = [3] must be text in quotes, or a list of it"),
        ("host = []", "host = [] is empty; leave it out or name at least one"),
        ("level = 1979-05-27", "level = 1979-05-27 must be text in quotes"),
        ("maildir = ''", "maildir = '' is no path of a file"),
        ("maildir = '~nobody-here/x'", "has a home directory that cannot be found"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_line(
    home: Home, text: str, said: str
) -> None:
    home.user.write_text(f"# first\n\n{text}\n")

    with pytest.raises(UsageError) as error:
        resolve(home.sources())

    assert str(error.value).startswith(f"{home.user}, line 3: ")
    assert said in str(error.value)
    assert len(str(error.value)) < 300 + len(str(home.user))


@pytest.mark.parametrize("text", ["'hunter2'", "['ann:x', 'hunter2']", "[':hunter2']", "{a = 1}"])
def test_no_password_is_told(home: Home, text: str) -> None:
    home.user.write_text(f"user = {text}\n")

    with pytest.raises(UsageError, match=f"^{re.escape(str(home.user))}, line 1: user ") as error:
        home.given("user")

    assert "hunter2" not in str(error.value)


def test_keys_are_texts_or_lists(home: Home) -> None:
    home.user.write_text("[keys]\n'app.zoom' = 'w'\nlist.open = ['o', 3]\n")

    with pytest.raises(UsageError, match=r"line 3: keys.list.open = \['o', 3\] must be a key in"):
        home.sources().keys()


KEYS = st.sampled_from([*VALUES, *SECTIONS, "tool", "app", "app.zoom", "list"]) | names
DOCUMENTS = st.recursive(
    values, lambda each: st.dictionaries(KEYS, each, max_size=4), max_leaves=8
).filter(lambda each: isinstance(each, dict))


@given(st.binary() | st.dictionaries(KEYS, DOCUMENTS | values, max_size=4).map(document_of))
def test_any_file_gives_settings_or_one_sentence(octets: bytes) -> None:
    with suppress(UsageError):
        table = _table(Path("/shop/mailtrap.toml"), octets, ())
        assert table is not None
        found = Sources(Namespace(), {}, lambda: [table])
        for group in GROUPS:
            assert isinstance(found.of(group), group)
        checked({action: each.value for action, each in found.keys().items()})


# Odd places


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes here")
def test_what_is_no_file_is_passed_over(home: Home) -> None:
    os.mkfifo(home.project)
    home.user.mkdir()

    assert home.given().by == "default"
    assert [place.found for place in places()][1] == "there is none"


def test_without_a_working_directory_and_a_home_there_are_no_files(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = home.project.parent / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, "relative/is/ignored")
    monkeypatch.setattr(Path, "home", _no_home)

    assert home.given().by == "default"


def _no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


# The README


def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def test_the_readme_has_the_table_of_all_settings() -> None:
    found = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", readme(), re.DOTALL)

    assert found
    assert found[1] == readme_table(GROUPS)


def test_the_examples_of_the_readme_work(home: Home) -> None:
    blocks = re.findall(r"```toml\n# (\S+)\n(.*?)```", readme(), re.DOTALL)
    [(project, ours), (user, theirs)] = blocks
    assert (Path(project).name, Path(user).name) == (home.project.name, home.user.name)
    home.project.write_text(ours)
    home.user.write_text(theirs)

    found = home.sources()
    settings = resolve(found)
    keys: Any = {action: each.value for action, each in found.keys().items()}

    assert settings.host == ("127.0.0.1", "::1")
    assert settings.maildir == home.project.parent / "mails"
    assert found.of(CheckSettings).ignore == ("dkim-missing",)
    assert found.of(ScreenSettings) == ScreenSettings("nord", "above", 40)
    assert checked(keys) == {"app.zoom": "w", "list.severity": "z,f5", "app.delete-all": ""}
