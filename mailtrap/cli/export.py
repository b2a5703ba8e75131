"""``mailtrap export``: messages as files that other programs read."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mailtrap.cli import EX_NO_MATCH, tell
from mailtrap.cli.filters import GRAMMAR, add_filter, add_since, count, parsed, query_of
from mailtrap.cli.maildir import Mail, add_maildir, nothing, now, opened
from mailtrap.cli.output import guarded, is_terminal
from mailtrap.cli.progress import Progress
from mailtrap.errors import OutputError, UsageError
from mailtrap.parsers import Parser, bare_parser

if TYPE_CHECKING:
    from mailtrap.message import Message

FORMATS = ("eml", "mbox", "maildir", "zip", "json")
STDOUT = "-"
DESCRIPTION = f"""\
Write messages to DEST: eml is a directory with a file for each (or one file x.eml),
maildir a directory, mbox, zip and json are one file, or stdout where DEST is "-".
Without --format the end of DEST says it (.mbox, .zip, .json, .eml), else it is eml.
What is there already stays as it is, unless there is --force.

{GRAMMAR}"""
EXAMPLES = """\
mailtrap export mails.mbox 'age:<1d'
mailtrap export - has:attachment --format json"""


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap export", DESCRIPTION, EXAMPLES)
    parser.usage = "mailtrap export [OPTIONS] DEST [FILTER ...]"
    add_maildir(parser)
    add_filter(parser, first="DEST")
    add_since(parser)
    parser.add_argument("--limit", type=count, metavar="N", help="only the newest so many")
    formats = ", ".join(FORMATS)
    parser.add_argument("--format", choices=FORMATS, metavar="FORMAT", help=f"one of {formats}")
    parser.add_argument("--force", action="store_true", help="overwrite what is there")
    return parser


def run(words: Sequence[str]) -> int:
    """Export; returns the exit code."""
    arguments = parsed(command_line(), words)
    if not arguments.words:
        raise UsageError("where to? give a directory, a file, or - for stdout")
    to, *rest = arguments.words
    query = query_of(arguments, rest, now())
    form = arguments.format or _usual_format(to)
    mail, _ = opened(arguments)
    found = mail.matching(query, arguments.limit)
    if not found:
        tell(nothing(query, mail))
        return EX_NO_MATCH
    _export(found, to, form, mail, arguments)
    if to != STDOUT:
        tell(f"{len(found):,} {'message' if len(found) == 1 else 'messages'} written to {to!r}")
    return 0


def _usual_format(to: str) -> str:
    if to == STDOUT:
        return "mbox"
    end = Path(to).suffix.lower().removeprefix(".")
    return end if end in FORMATS else "eml"


def _export(
    found: Sequence["Message"], to: str, form: str, mail: Mail, arguments: Namespace
) -> None:
    # Only now: what is wrong with the arguments is told without what reads and writes mail.
    from mailtrap.cli import export_formats as formats

    if form == "maildir" or (form == "eml" and not to.lower().endswith(".eml") and to != STDOUT):
        if to == STDOUT:
            raise UsageError("a maildir is a directory, stdout cannot be one; try --format mbox")
        if form == "maildir":
            _write_maildir(found, Path(to), mail, force=arguments.force)
        else:
            named = [(Path(to) / name, each) for each, name in formats.file_names(found)]
            _write_files(named, Path(to), force=arguments.force)
        return
    if form == "eml" and len(found) > 1:
        raise UsageError(
            f"{len(found):,} messages are too many for one file; name a directory,"
            " or add --limit 1 for the newest"
        )
    writers: dict[str, Callable[..., None]] = {
        "mbox": formats.write_mbox,
        "zip": formats.write_zip,
        "json": formats.write_json,
        "eml": formats.write_eml,
    }

    def write(file: IO[bytes]) -> None:
        with _writing(found) as progress:
            writers[form](progress.over(found), file, mail.kept.is_read)

    if to == STDOUT:
        if form == "zip" and is_terminal():
            raise UsageError("a zip is not for a terminal; give it a file")
        if sys.stdout is not None:
            guarded(sys.stdout.flush)
            guarded(lambda: write(sys.stdout.buffer))
    else:
        _write_file(Path(to), write, force=arguments.force)


def _write_file(path: Path, write: Callable[[IO[bytes]], None], *, force: bool) -> None:
    """Write one file, whole or not at all."""
    if path.is_dir():
        raise UsageError(f"{str(path)!r} is a directory; name a file in it")
    if path.exists() and not path.is_file():  # a device, which root would replace with a file
        raise UsageError(f"{str(path)!r} is no regular file; {STDOUT!r} is stdout")
    _refuse([path] if os.path.lexists(path) else [], force=force)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            write(file)
        beside.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def _write_files(files: Sequence[tuple[Path, "Message"]], directory: Path, *, force: bool) -> None:
    """Write a file for each message, none of them where one is there already."""
    from mailtrap.cli.export_formats import octets_of

    _refuse([path for path, _ in files if os.path.lexists(path)], force=force)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _writing(files) as progress:
            for path, message in progress.over(files):
                data = octets_of(message)
                if force:
                    path.unlink(missing_ok=True)
                _write_new(path, data)
    except OSError as error:
        raise _cannot_write(Path(error.filename or directory), error) from error


def _write_maildir(found: Sequence["Message"], directory: Path, mail: Mail, *, force: bool) -> None:
    """Write them under the names they would have in a maildir of mailtrap.

    It may be the maildir that they come from, so what is there goes once it is there anew.
    """
    from mailtrap.cli.export_formats import octets_of
    from mailtrap.stores.filing import SEEN, joined, session_of, unique_name

    names = [unique_name(m) if session_of(m.id) else m.id for m in found]
    there = {
        file.name.partition(":")[0]: file
        for folder in ("new", "cur")
        for file in (directory / folder).glob("*")
    }
    same = [there[name] for name in names if name in there]
    _refuse(same, force=force)
    try:
        for folder in ("tmp", "new", "cur"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
        with _writing(found) as progress:
            for name, message in progress.over(zip(names, found, strict=True)):
                is_read = mail.kept.is_read(message.id)
                to = directory / "cur" / joined(name, SEEN) if is_read else directory / "new" / name
                # Not under its name: who delivers that message there may be writing it.
                tmp = directory / "tmp" / f"mailtrap-export-{os.getpid()}"
                _write_new(tmp, octets_of(message))
                tmp.rename(to)
                if there.get(name, to) != to:
                    there[name].unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(Path(error.filename or directory), error) from error


def _writing(what: Sequence[object]) -> Progress:
    return Progress("writing", len(what))


def _write_new(path: Path, octets: bytes) -> None:
    """Write a file that is not there, whole or not at all.  Raises OSError."""
    with path.open("xb") as file:
        try:
            file.write(octets)
            file.flush()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _refuse(there: Sequence[Path], *, force: bool) -> None:
    """Raises UsageError where something would be overwritten that should not be."""
    if there and not force:
        first, more = str(there[0]), len(there) - 1
        which = f"{first!r} and {more:,} more are" if more else f"{first!r} is"
        raise UsageError(f"{which} there already; --force overwrites")


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {str(path)!r}: {error.strerror or error}")
