from pathlib import Path

import pytest

from mailtrap.errors import UsageError
from mailtrap.setting_groups import Settings
from mailtrap.setting_sources import Sources, Table, resolve
from mailtrap.settings import parse, parser

FILE = Path("/shop/pyproject.toml")


def resolved(
    words: list[str], environ: dict[str, str] | None = None, *tables: dict[str, object]
) -> Settings:
    arguments = parse(parser("mailtrap", ""), words)
    return resolve(Sources(arguments, environ or {}, lambda: [Table(FILE, t) for t in tables]))


def test_the_defaults() -> None:
    settings = resolved([])

    assert settings == Settings()
    assert (settings.host, settings.port) == (("localhost",), 1025)
    assert (settings.max_messages, settings.max_bytes) == (10_000, 2**30)


def test_a_maildir_has_no_limits_but_those_that_are_given() -> None:
    settings = resolved(["--maildir=mail"])
    limited = resolved(["--maildir=mail", "--max-messages=5"], {"MAILTRAP_MAX_BYTES": "1k"})

    assert (settings.max_messages, settings.max_bytes) == (0, 0)
    assert (limited.max_messages, limited.max_bytes) == (5, 1024)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("12h", 43200), ("3d", 259200), ("2W", 1209600), ("0", 0)],
)
def test_an_age_has_a_unit(text: str, seconds: float) -> None:
    assert resolved(["--max-age", text]).max_age == seconds


@pytest.mark.parametrize("text", ["3", "d", "-1d", "3 years", "", "9999999d", "\u0663d"])
def test_another_age_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not an age"):
        resolved([f"--max-age={text}"])


def test_every_option_is_read() -> None:
    settings = resolved(
        [
            "--host",
            "0.0.0.0",
            "--host",
            "::1",
            "--port",
            "0",
            "--hostname",
            "mx.test",
            "--max-size",
            "10M",
            "--timeout",
            "1.5",
            "--max-messages",
            "0",
            "--max-bytes",
            "2g",
            "--maildir=mail",
            "--fsync",
            "--max-age=1.5h",
            "--ehlo=-CHUNKING,+X-NEW",
            "--strict-eod",
            "--trust-xclient",
            "--user",
            "ann:s3cret:x,y ",
            "--user=bob:",
            "--show-secrets",
            "--json",
            "--transcript",
            "--level=info",
        ]
    )

    assert settings == Settings(
        host=("0.0.0.0", "::1"),
        port=0,
        hostname="mx.test",
        max_size=10 * 2**20,
        timeout=1.5,
        max_messages=0,
        max_bytes=2 * 2**30,
        maildir=Path("mail"),
        fsync=True,
        max_age=5400.0,
        ehlo=("-CHUNKING", "+X-NEW"),
        strict_eod=True,
        trust_xclient=True,
        user=(("ann", "s3cret:x,y "), ("bob", "")),
        show_secrets=True,
        json=True,
        transcript=True,
        level="info",
    )


def test_an_option_wins_over_the_environment_and_that_over_the_table() -> None:
    environ = {"MAILTRAP_PORT": "2", "MAILTRAP_TIMEOUT": "20", "MAILTRAP_JSON": "on"}
    table = {"port": 3, "timeout": 30, "max-size": "3k", "host": ["::1"], "strict_eod": True}

    settings = resolved(["--port", "1"], environ, table)

    assert (settings.port, settings.timeout, settings.max_size) == (1, 20.0, 3072)
    assert (settings.host, settings.strict_eod, settings.json) == (("::1",), True, True)


@pytest.mark.parametrize(
    ("words", "environ", "message"),
    [
        (["--port", "65536"], {}, "--port: '65536' is not a port; give a number from 0 to 65535"),
        (["--port", "-1"], {}, "--port"),
        ([], {"MAILTRAP_PORT": "smtp"}, "MAILTRAP_PORT: 'smtp' is not a port"),
        (["--max-size", "lots"], {}, "--max-size: 'lots' is not a size; .* such as 64M"),
        (["--max-messages", "1.5"], {}, "--max-messages: '1.5' is not a count"),
        (["--timeout", "nan"], {}, "--timeout: 'nan' is not a time"),
        (["--timeout", "soon"], {}, "--timeout: 'soon' is not a time"),
        ([], {"MAILTRAP_JSON": "maybe"}, "MAILTRAP_JSON: 'maybe' is neither yes nor no"),
        (["--hostname", "a b"], {}, "--hostname: 'a b' is not a host name"),
        (["--host", " "], {}, "--host: ' ' is empty"),
        (["--ehlo", "CHUNKING"], {}, r"--ehlo: 'CHUNKING' .* write \+KEYWORD or -KEYWORD"),
        (["--ehlo=+\r\n"], {}, "--ehlo"),
        (["--level", "fatal"], {}, "--level: 'fatal' is no level; give one of error, warning"),
        (
            ["--prot", "1"],
            {},
            "unrecognized arguments: --prot 1; did you mean --port\\? see mailtrap --help",
        ),
        (["--port"], {}, "expected one argument; see mailtrap --help"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_may_help(
    words: list[str], environ: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        resolved(words, environ)


def test_a_table_value_that_cannot_be_used_is_named() -> None:
    with pytest.raises(UsageError, match=r"/shop/pyproject\.toml: port = 'x' is not a port"):
        resolved([], {}, {"port": "x"})


def test_a_comma_ends_a_password_in_the_environment_and_in_no_list() -> None:
    environ = {"MAILTRAP_USER": "ann:a:b, bob: c "}

    assert resolved([], environ).user == (("ann", "a:b"), ("bob", " c "))
    assert resolved(["--user", " ann:a,b"], environ).user == ((" ann", "a,b"),)
    assert resolved([], {}, {"user": ["ann:a,b"]}).user == (("ann", "a,b"),)


@pytest.mark.parametrize(
    ("words", "environ", "message"),
    [
        (["--user", "hunter2"], {}, "--user: has a user without a colon; give name:password"),
        (["--user", ""], {}, "--user: has a user without a colon; give name:password"),
        (["--user", ":hunter2"], {}, "--user: has a user without a name; give name:password"),
        (
            [],
            {"MAILTRAP_USER": "ann:pass,hunter2"},
            (
                "MAILTRAP_USER: has a user without a colon; give name:password"
                " (a comma ends a password here)"
            ),
        ),
    ],
)
def test_a_user_that_cannot_be_used_is_told_without_the_password(
    words: list[str], environ: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError) as error:
        resolved(words, environ)

    assert str(error.value) == message


def test_passwords_are_not_in_a_repr_of_the_settings() -> None:
    assert "s3cret" not in repr(resolved(["--user", "ann:s3cret"]))
