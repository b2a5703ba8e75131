"""``mailtrap service``: files that let something else start it and keep it running."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from mailtrap.cli.output import say
from mailtrap.errors import UsageError
from mailtrap.parsers import Parser
from mailtrap.setting_groups import Settings
from mailtrap.setting_sources import Sources, resolve
from mailtrap.settings import UNSET, options_of, parse, parser
from mailtrap.user_directories import home_directory

DESCRIPTION = """\
Print a file that starts mailtrap serve with the session and after a crash: a user unit
for systemd, an agent for launchd (macOS), or a service for compose.yaml, which needs the
image (mailtrap help containers).  The options are those of mailtrap serve, and are
passed on."""
EXAMPLES = """\
mailtrap service systemd > ~/.config/systemd/user/mailtrap.service
mailtrap service launchd > ~/Library/LaunchAgents/local.mailtrap.plist
mailtrap service compose --max-age 3d"""
KINDS = ("systemd", "launchd", "compose")
_PATHS = ("maildir", "faults", "tls_cert", "tls_key", "tls_ca", "tls_client_ca")


def command_line() -> Parser:
    """What it takes: a kind, and the options of ``serve``."""
    options = parser("mailtrap service", DESCRIPTION, EXAMPLES)
    options.usage = "mailtrap service KIND [OPTIONS]"
    options.add_argument("kind", choices=KINDS, metavar="KIND", help=f"one of {', '.join(KINDS)}")
    return options


def run(words: Sequence[str]) -> int:
    """Print it; returns the exit code."""
    from mailtrap.cli.program import command

    arguments = parse(command_line(), words)
    # A mistake is told here, not by a service that does not start.
    settings = resolve(Sources(arguments, {}))
    if arguments.kind == "compose":
        if arguments.host or arguments.maildir:
            raise UsageError(
                "in a container host and maildir are those of the image; leave them out"
            )
        text = compose(_options(arguments, with_paths=False), settings.port)
    else:
        write = {"systemd": systemd, "launchd": launchd}[arguments.kind]
        text = write((*command(), "serve", *_options(arguments, with_paths=True)))
    say(text.rstrip("\n"))
    return 0


def _options(arguments: Namespace, *, with_paths: bool) -> list[str]:
    """What was given, as it is given to ``serve``; paths are no longer relative."""
    words = []
    for each in options_of(Settings):
        value = getattr(arguments, each.attribute)
        if value is None:
            continue
        if each.attribute in _PATHS and not with_paths and value is not UNSET:
            raise UsageError(
                f"{each.flag} names a file of this machine; mount it, and add it by hand"
            )
        for text in value if isinstance(value, list) else [value]:
            if text is UNSET or text == "no":
                words.append(each.opposite)
            elif text == "yes":
                words.append(each.flag)
            elif each.attribute in _PATHS:
                words.append(f"{each.flag}={Path(str(text)).expanduser().absolute()}")
            else:
                words.append(f"{each.flag}={text}")
    return words


def systemd(command: Sequence[str]) -> str:
    """A unit of the user's systemd."""
    return f"""\
# ~/.config/systemd/user/mailtrap.service, then:
#   systemctl --user daemon-reload
#   systemctl --user enable --now mailtrap
# What comes: journalctl --user -u mailtrap -f

[Unit]
Description=mailtrap, a local mail catcher

[Service]
ExecStart={" ".join(map(_for_systemd, command))}
Restart=on-failure
# A mistake in the options stays one.
RestartPreventExitStatus=2
NoNewPrivileges=true

[Install]
WantedBy=default.target
"""


def _for_systemd(word: str) -> str:
    """A word of a command line, see systemd.service(5)."""
    if any(ord(character) < 32 for character in word):
        raise UsageError(f"{word!r} has a control character, which no unit can hold")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if set(word) & set(" ;'\"\\") else escaped


def launchd(command: Sequence[str]) -> str:
    """An agent of launchd."""
    import plistlib

    home = home_directory()
    if home is None:
        raise UsageError("there is no home directory for the log of the agent; set HOME")
    log = str(home / "Library" / "Logs" / "mailtrap.log")
    octets = plistlib.dumps(
        {
            "Label": "local.mailtrap",
            "ProgramArguments": [*command],
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "StandardOutPath": log,
            "StandardErrorPath": log,
        },
        sort_keys=False,
    )
    return octets.decode()


def compose(options: Sequence[str], port: int) -> str:
    """A service for compose.yaml."""
    words = ["serve", "--host=0.0.0.0", "--maildir=/mail", *options]
    listed = "\n".join(f"      - {_for_yaml(word)}" for word in words)
    return f"""\
services:
  mailtrap:
    image: mailtrap  # docker build -f .docker/Dockerfile -t mailtrap .
    command:
{listed}
    ports:
      - "127.0.0.1:{port}:{port}"
    volumes:
      - mails:/mail
    restart: unless-stopped
volumes:
  mails:
"""


def _for_yaml(word: str) -> str:
    """A scalar in double quotes, as JSON has it, in which compose fills in no variable."""
    import json

    return json.dumps(word.replace("$", "$$"))
