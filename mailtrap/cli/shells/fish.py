"""The script for fish."""

from collections.abc import Iterator, Sequence

from mailtrap.cli.shells.grammar import Command, Kind, Option, Value

_SCRIPT = r"""# Completion of mailtrap for fish, as ~/.config/fish/completions/mailtrap.fish
# or: mailtrap completion fish | source

function __mailtrap_is --argument-names command
    set -l words (commandline -opc)
    if not set -q words[2]; or string match -q -- '-*' $words[2]
        test -z "$command"
    else
        test "$words[2]" = "$command"
    end
end

function __mailtrap_is_alone
    test (count (commandline -opc)) -eq 1
end

function __mailtrap_is_behind
    __mailtrap_is run; and contains -- -- (commandline -opc)
end

complete -c mailtrap -f
complete -c mailtrap -n __mailtrap_is_behind -F -a '(__fish_complete_command)'
"""


def script(commands: Sequence[Command]) -> str:
    """The script that completes those commands."""
    return _SCRIPT + "".join(f"{line}\n" for each in commands for line in _lines(each))


def _lines(command: Command) -> Iterator[str]:
    if command.name:
        yield (
            "complete -c mailtrap -n __mailtrap_is_alone"
            f" -a {command.name} -d {_quoted(command.what)}"
        )
    condition = f"-n {_quoted(f'__mailtrap_is {_quoted(command.name)}')}"
    if command.operand:
        yield f"complete -c mailtrap {condition}{_takes(command.operand)}"
    for option in command.options:
        yield f"complete -c mailtrap {condition}{_option(option)} -d {_quoted(option.what)}"


def _option(option: Option) -> str:
    flags = "".join(
        f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}" for flag in option.flags
    )
    return flags + (f" -r{_takes(option.value)}" if option.value else "")


def _takes(value: Value) -> str:
    words = f" -a {_quoted(' '.join(value.words))}" if value.words else ""
    known = {
        Kind.ANY: " -f",
        Kind.WORDS: " -f",
        Kind.FILE: " -F",
        Kind.DIRECTORY: " -f -a '(__fish_complete_directories)'",
    }
    return known[value.kind] + words


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
