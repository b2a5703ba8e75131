"""The HTML of a message as tests ask for it: a text, and elements to find in it."""

import re
from collections.abc import Iterator, Mapping

from mailtrap.cached import cached_property
from mailtrap.hypertext import Hypertext
from mailtrap.markup import MAX_DEPTH, Element, tree

Pattern = str | re.Pattern[str]

_BLANKS = re.compile(r"\s+")
_LISTED = 10  # elements in an error


class HtmlElement:
    """An element of the HTML."""

    def __init__(self, element: Element) -> None:
        self._element = element

    @property
    def name(self) -> str:
        """Of the element, in lower case."""
        return self._element.name

    @property
    def attributes(self) -> Mapping[str, str]:
        """By name in lower case, references resolved."""
        return self._element.attributes

    def __getitem__(self, attribute: str) -> str:
        if attribute not in self._element.attributes:
            raise KeyError(f"there is no {attribute!r} in {self!r}")
        return self._element.attributes[attribute]

    def get(self, attribute: str, default: str = "") -> str:
        """The value of an attribute."""
        return self._element.attributes.get(attribute, default)

    @property
    def text(self) -> str:
        """All text within it, blanks as one."""
        return _BLANKS.sub(" ", "".join(_texts(self._element))).strip()

    def find_all(
        self, name: str = "", *, text: Pattern | None = None, **attributes: Pattern
    ) -> tuple["HtmlElement", ...]:
        """The elements within it that are so; see ``Html.find``."""
        return tuple(
            found
            for found in map(HtmlElement, self._element.elements())
            if found.is_so(name, text, attributes)
        )

    def is_so(self, name: str, text: Pattern | None, attributes: Mapping[str, Pattern]) -> bool:
        """The element has that name, contains that text and has those attributes."""
        if name and self.name != name.lower():
            return False
        for key, value in attributes.items():
            given = self.get(key.rstrip("_").replace("_", "-"))
            values = given.split() if key == "class_" else [given]
            if not any(_is_value(value, each) for each in values):
                return False
        if text is None:
            return True
        return text in self.text if isinstance(text, str) else bool(text.search(self.text))

    def __repr__(self) -> str:
        pairs = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        return f"<{self.name}{pairs}>{self.text[:60]}"


class Html(str):
    """HTML as it was sent, "" where a message has none."""

    __slots__ = ("__dict__",)

    @cached_property
    def text(self) -> str:
        """What a person sees, a line for each paragraph and row."""
        return Hypertext(str(self)).text

    @cached_property
    def root(self) -> HtmlElement:
        """The document."""
        return HtmlElement(tree(str(self))[0])

    def find_all(
        self, name: str = "", *, text: Pattern | None = None, **attributes: Pattern
    ) -> tuple[HtmlElement, ...]:
        """All elements that are so, in order; see ``find``.  (``str.find`` is ``str.index``.)"""
        return self.root.find_all(name, text=text, **attributes)

    def find(  # type: ignore[override]  # of an element, as in every library for HTML
        self, name: str = "", *, text: Pattern | None = None, **attributes: Pattern
    ) -> HtmlElement:
        """The only element of that name whose text contains ``text`` and with those attributes.

        ``class_="x"`` is one of its classes, ``data_id="7"`` the attribute ``data-id``; patterns
        are searched.  AssertionError unless there is exactly one; it lists what there is.
        """
        __tracebackhide__ = True
        found = self.find_all(name, text=text, **attributes)
        if len(found) == 1:
            return found[0]
        wanted = _spoken(name, text, attributes)
        near = found or self.find_all(name) or self.find_all()
        listed = "".join(f"\n  {each!r}" for each in near[:_LISTED])
        more = f"\n  … and {len(near) - _LISTED} more" if len(near) > _LISTED else ""
        if not near:
            raise AssertionError(f"no {wanted}: the message has no HTML")
        how_many = f"{len(found)} elements are" if found else "no element is"
        raise AssertionError(f"{how_many} {wanted}; there are:{listed}{more}")


def _texts(element: Element, depth: int = 0) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif depth <= MAX_DEPTH:
            yield from _texts(child, depth + 1)


def _is_value(wanted: Pattern, actual: str) -> bool:
    return wanted == actual if isinstance(wanted, str) else wanted.search(actual) is not None


def _spoken(name: str, text: Pattern | None, attributes: Mapping[str, Pattern]) -> str:
    pairs = "".join(f" {key.rstrip('_')}={_quoted(value)}" for key, value in attributes.items())
    with_text = "" if text is None else f" with the text {getattr(text, 'pattern', text)!r}"
    return f"<{name or '*'}{pairs}>{with_text}"


def _quoted(value: Pattern) -> str:
    return f'"{value}"' if isinstance(value, str) else f"/{value.pattern}/"
