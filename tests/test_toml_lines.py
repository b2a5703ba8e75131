"""Lines of keys, against what tomllib reads of the same text."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.toml_lines import key_lines

ROOT = Path(__file__).parent.parent
ODD = r"""
# [not.a.table]
"quo.ted" = 1 # key = 2
'lit#eral' = '[key]'
raw = '''
key = 3
[table]
'''''
"\u0061b" = QQQ
x = "y" \QQQ
c = 4
QQQ"
a . b . "c d" = { e = [1, { f = "}" }, [2,
  3]], g.h = 1979-05-27 07:32:00 } # }

[ tool . "mail trap" ]
list = [
  "one", # ]
  't,wo', QQQ
  [x] QQQ
  , 3.5e1,
]
empty = {}
none = []
[[rule]]
on = "RCPT"

[[rule]]
on = true
deep = [[[{x=1}]]]
[tool.z]
""".replace("QQQ", '"' * 3)


def paths(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in items:
        yield (*above, key)
        if isinstance(each, dict | list):
            yield from paths(each, (*above, key))


def without_tables_of_arrays(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "rule"}


@pytest.mark.parametrize("text", [ODD, ODD.replace("\n", "\r\n")], ids=["LF", "CRLF"])
def test_every_key_is_found_and_nothing_else(text: str) -> None:
    found = {path for path in key_lines(text) if path[0] != "rule"}

    assert found == set(paths(without_tables_of_arrays(tomllib.loads(text))))


def test_the_keys_of_this_project_stand_where_they_stand() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    lines = text.splitlines()
    found = key_lines(text)

    assert len(found) > 200
    for path, line in found.items():
        if isinstance(path[-1], str):
            assert path[-1] in lines[line - 1]
    assert found["project", "name"] == lines.index('name = "mailtrap-local"') + 1
    first = lines.index("dependencies = [") + 1
    assert first < found["project", "dependencies", 0] < found["project", "dependencies", 1]


def test_a_key_has_the_line_where_it_is_written() -> None:
    text = 'a = """\nb = 1\n"""\n\n[tool]\n# b = 2\nb.c = 3\nd = [\n  4,\n\n  5]\n'

    assert key_lines(text) == {
        ("a",): 1,
        ("tool",): 5,
        ("tool", "b"): 7,
        ("tool", "b", "c"): 7,
        ("tool", "d"): 8,
        ("tool", "d", 0): 9,
        ("tool", "d", 1): 11,
    }


def test_what_is_no_toml_does_no_harm() -> None:
    for text in ("a = [1", "a = {b", '"', "= 3", "a\0 = 3", "[[", 'a = """b', "a = [}"):
        key_lines(text)


names = st.text("ab-_0", min_size=1, max_size=3) | st.text('".#=[]{} é', max_size=3)
scalars = st.integers() | st.booleans() | st.text("x\"'#=,[]{}\\\n", max_size=5)
values = st.recursive(
    scalars, lambda each: st.lists(each, max_size=3) | st.dictionaries(names, each, max_size=3)
)


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)} = {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return '"' + "".join(escapes.get(c, c) for c in text) + '"'


@given(st.dictionaries(names, values, max_size=4))
def test_whatever_tomllib_reads_has_lines(document: dict[str, Any]) -> None:
    text = "".join(f"{quoted(key)} = {written(value)}\n" for key, value in document.items())

    assert tomllib.loads(text) == document
    assert set(key_lines(text)) == set(paths(document))
