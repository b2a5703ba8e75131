"""The script for zsh."""

import re
from collections.abc import Iterator, Sequence

from mailtrap.cli.shells.grammar import Command, Kind, Option, Value

_SCRIPT = r"""#compdef mailtrap
# Completion of mailtrap for zsh: eval "$(mailtrap completion zsh)" behind compinit,
# or this file as _mailtrap in a directory of $fpath.

_mailtrap() {
  local command= marker=${words[(i)--]}
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    local -a commands=(
%s
    )
    _describe -t commands command commands
    return
  fi
  if [[ $words[2] == run ]] && (( CURRENT > marker )); then
    shift $marker words
    (( CURRENT -= marker ))
    _normal
    return
  fi
  if [[ $words[2] != -* ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
%s
  esac
}

if [[ $funcstack[1] == _mailtrap ]]; then
  _mailtrap "$@"
else
  compdef _mailtrap mailtrap
fi
"""


def script(commands: Sequence[Command]) -> str:
    """The script that completes those commands."""
    named = "\n".join(
        f"      {_quoted(f'{each.name}:{_escaped(each.what)}')}" for each in commands if each.name
    )
    return _SCRIPT % (named, "\n".join(map(_branch, commands)))


def _branch(command: Command) -> str:
    specs = [spec for option in command.options for spec in _specs(option)]
    if command.operand:
        specs.append(f"*{_action(command.operand)}")
    lines = " \\\n".join(f"      {_quoted(spec)}" for spec in specs)
    return f"  {_quoted(command.name)})\n    _arguments -S : \\\n{lines}\n    ;;"


def _specs(option: Option) -> Iterator[str]:
    for flag in option.flags:
        others = "" if option.is_repeatable else f"({' '.join(option.flags)})"
        repeatable = "*" if option.is_repeatable else ""
        takes = _action(option.value) if option.value else ""
        equals = "=" if takes and flag.startswith("--") else ""
        yield f"{others}{repeatable}{flag}{equals}[{_escaped(option.what)}]{takes}"


def _action(value: Value) -> str:
    words = " ".join(_escaped(word) for word in value.words)
    known = {
        Kind.ANY: ": :( )",
        Kind.WORDS: f": :({words})",
        Kind.FILE: f": :{{compadd -- {words}; _files}}" if words else ": :_files",
        Kind.DIRECTORY: ": :_files -/",
    }
    return known[value.kind]


def _escaped(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
