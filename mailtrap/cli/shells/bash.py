"""The script for bash, from 3.2 on, which is what macOS has."""

import shlex
from collections.abc import Iterable, Sequence

from mailtrap.cli.shells.grammar import Command, Kind, Value

_SCRIPT = r"""# Completion of mailtrap for bash: eval "$(mailtrap completion bash)"

_mailtrap() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command= kind= words= options= operand= operands= i line
    # bash makes three words of --level=error.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} != -* ]]; then
        command=${COMP_WORDS[1]}
    fi
    _mailtrap_takes
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            options= kind=$operand words=$operands
            [[ $command == run ]] && kind=command
        fi
    done
    if [[ -z $kind ]]; then
        if [[ $cur == -* ]]; then
            kind=words words=$options
        else
            kind=$operand words=$operands
        fi
    fi
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(
        [[ -n $words ]] && compgen -W "$words" -- "$cur"
        case $kind in
        file) compgen -f -- "$cur" ;;
        directory) compgen -d -- "$cur" ;;
        command) compgen -c -f -- "$cur" ;;
        esac
    )
    case $kind in
    file | directory | command) compopt -o filenames 2>/dev/null ;;
    esac
}

_mailtrap_takes() {
    case $command in
%s
    esac
}

complete -F _mailtrap mailtrap
"""


def script(commands: Sequence[Command]) -> str:
    """The script that completes those commands."""
    return _SCRIPT % "\n".join(_branch(each, commands) for each in commands)


def _branch(command: Command, commands: Sequence[Command]) -> str:
    operand = command.operand
    if not command.name:
        operand = Value(Kind.WORDS, tuple(each.name for each in commands if each.name))
    flags = [flag for option in command.options for flag in option.flags]
    lines = [
        f"    {shlex.quote(command.name)})",
        f"        options={_joined(flags)}",
        *([f"        operand={operand.kind} operands={_joined(operand.words)}"] if operand else []),
        "        case $prev in",
        *(
            f"        {' | '.join(option.flags)}) kind={option.value.kind}"
            f" words={_joined(option.value.words)} ;;"
            for option in command.options
            if option.value
        ),
        "        esac",
        "        ;;",
    ]
    return "\n".join(lines)


def _joined(words: Iterable[str]) -> str:
    return shlex.quote(" ".join(words))
