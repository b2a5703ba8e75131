"""Versions of what mailtrap is made of, and another distribution of the same import name."""

import re
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from mailtrap.cli.checkup.finding import Finding, note, ok, todo
from mailtrap.version import __version__

OURS, SDK = "mailtrap-local", "mailtrap"
TESTED = ((3, 11), (3, 13))  # Pythons, from and to
_REINSTALL = f'{sys.executable} -m pip install --upgrade "{OURS}"'


def python(version: Sequence[int] = sys.version_info[:3]) -> Finding:
    """Whether mailtrap is tested with this Python."""
    said = ".".join(map(str, version[:3]))
    oldest, newest = (".".join(map(str, each)) for each in TESTED)
    if tuple(version[:2]) < TESTED[0]:
        return todo("Python", f"{said} is too old", f"take {oldest} or later")
    if tuple(version[:2]) > TESTED[1]:
        return note("Python", f"{said} is newer than what was tested, up to {newest}")
    return ok("Python", said)


def packages(site: Sequence[str] | None = None) -> Iterator[Finding]:
    """What we need, in the versions we need; ``site``: where to look, else all that is imported."""
    own = _found(OURS, site)
    if own is None:
        yield note("mailtrap", f"{__version__}, run without being installed", "pip install it")
        return
    if own.version != __version__:
        yield todo("mailtrap", f"files of {__version__}, installed as {own.version}", _REINSTALL)
    else:
        yield ok("mailtrap", f"{__version__} in {Path(__file__).parents[2]}")
    for requirement in own.requires or ():
        if ";" not in requirement:
            yield package(requirement, site)


def package(requirement: str, site: Sequence[str] | None = None) -> Finding:
    """Whether that requirement, such as ``textual<9,>=8.2``, is met."""
    name = re.split(r"[<>=!~ ]", requirement, maxsplit=1)[0]
    found = _found(name, site)
    if found is None:
        return todo(name, "is not there", _REINSTALL)
    if not is_within(found.version, requirement):
        return todo(name, f"{found.version}, but tested with {requirement}", _REINSTALL)
    return ok(name, found.version)


def is_within(version: str, requirement: str) -> bool:
    """That version meets those bounds (``>=`` and ``<`` are all we use)."""
    has = _numbers(version)
    return all(
        has >= _numbers(bound) if operator == ">=" else has < _numbers(bound)
        for operator, bound in re.findall(r"(>=|<)([\d.]+)", requirement)
    )


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a release; zeros at the end make no difference."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(each) for each in found[0].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def name_clash(site: Sequence[str] | None = None) -> Finding:
    """Whether the Mailtrap company's SDK is in the same environment, and which one works."""
    sdk = _found(SDK, site)
    if sdk is None:
        return ok("SDK", "the Mailtrap company's is not in this environment")
    shared = Path(str(sdk.locate_file("mailtrap/__init__.py")))
    try:
        text = shared.read_text("utf-8", "replace")
    except OSError:
        text = ""
    # Ours finds the names of theirs.
    if "MailtrapClient" in text or "mailtrap.namesake" in text:
        return note(
            "SDK",
            f"the Mailtrap company's SDK {sdk.version} is in the same environment; both work",
            "an environment for each is safer",
        )
    return todo(
        "SDK",
        f"the Mailtrap company's SDK {sdk.version} is in the same environment, and its"
        " mailtrap/__init__.py is of neither: its users have to import from mailtrap.client",
        f"{sys.executable} -m pip install --force-reinstall --no-deps {SDK}",
    )


def _found(name: str, site: Sequence[str] | None) -> metadata.Distribution | None:
    path = sys.path if site is None else list(site)
    return next(iter(metadata.distributions(name=name, path=path)), None)
