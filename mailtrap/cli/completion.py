"""``mailtrap completion``: what makes a shell complete commands, options and their values."""

from collections.abc import Sequence
from importlib import import_module

from mailtrap.cli.output import say
from mailtrap.parsers import Parser, bare_parser

SHELLS = ("bash", "zsh", "fish")
DESCRIPTION = """\
Print a script that makes a shell complete what mailtrap takes: commands, options,
levels, rules, files.  It is for this version; where a shell reads it at its start,
as below, it is always that of the mailtrap that is installed."""
EXAMPLES = """\
eval "$(mailtrap completion bash)"     # in ~/.bashrc
eval "$(mailtrap completion zsh)"      # in ~/.zshrc, behind compinit
mailtrap completion fish | source      # in ~/.config/fish/config.fish"""


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap completion", DESCRIPTION, EXAMPLES)
    parser.add_argument(
        "shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}"
    )
    return parser


def run(words: Sequence[str]) -> int:
    """Print it; returns the exit code."""
    shell = command_line().parse_args(words).shell
    # Only now: the parsers of all commands are needed, and the rules.
    from mailtrap.cli.shells.grammar import commands

    say(import_module(f"mailtrap.cli.shells.{shell}").script(commands()).rstrip("\n"))
    return 0
