"""The README in pieces: its blocks, its tables, its spans of code."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


@dataclass(frozen=True)
class Block:
    """What stands between two fences."""

    heading: str  # the nearest above it
    language: str
    text: str

    @property
    def first(self) -> str:
        """Its first line, without a remark."""
        return re.sub(r"\s{2,}#.*", "", self.text.partition("\n")[0])


def section(heading: str) -> str:
    """What stands below a heading of the second level."""
    found = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert found, f"there is no section {heading!r}"
    return found


def blocks() -> list[Block]:
    """All of them, in their order."""
    found = []
    heading = language = ""
    inside: list[str] | None = None
    for line in README.splitlines():
        if line.startswith("```"):
            if inside is not None:
                found.append(Block(heading, language, "".join(inside)))
            language = line.removeprefix("```")
            inside = [] if inside is None else None
        elif inside is not None:
            inside.append(f"{line}\n")
        elif line.startswith("#"):
            heading = line.lstrip("# ")
    assert inside is None, "a fence is open at the end"
    return found


def block(heading: str, first: str) -> Block:
    """The only one below a heading that begins with that line."""
    [found] = [each for each in blocks() if (each.heading, each.first) == (heading, first)]
    return found


def prose() -> str:
    """All but the blocks."""
    return re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)


def spans() -> list[str]:
    """What is written as code within the text, on however many lines."""
    return [" ".join(code.split()) for code in re.findall(r"(?<!`)`([^`]+)`", prose())]


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the tables of a section: first cell, and the spans of code of the second."""
    found = re.findall(r"^\| (.+?) \| (.*) \|$", section(heading), re.MULTILINE)
    return {name: re.findall(r"`([^`]+)`", rest) for name, rest in found if set(name) != {"-"}}
