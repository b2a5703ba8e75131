"""Filters: what they match, how they are written again, what is said of those that are wrong."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.errors import QueryError
from mailtrap.query import Query, parse
from mailtrap.query_candidate import HAS, IS

NOW = datetime(2024, 5, 31, 15, 0, tzinfo=timezone(timedelta(hours=2)))


@dataclass(frozen=True)
class Fake:
    """A message as filters see it."""

    senders: str = "ann <ann@example.org> bounce@example.org"
    recipients: str = "bob@example.org cy@example.net"
    subject: str = "reset your password"
    size: int = 2048
    received: datetime = NOW - timedelta(minutes=10)
    id: str = "p3x-1-2"
    session: str = "p3x-1"
    ip: str = "127.0.0.1"
    fields: str = "x-tag: spring sale\nx-tag: b=c\nsubject: reset your password"
    body: str = "your code is 123456\nbye"
    things: frozenset[str] = frozenset({"html", "link", "unread", "tls"})
    issues: frozenset[str] = frozenset({"dkim-missing"})

    @property
    def haystack(self) -> str:
        return f"{self.subject}\n{self.senders}\n{self.recipients}"

    def has(self, what: str) -> bool:
        assert what in HAS
        return what in self.things

    def is_(self, what: str) -> bool:
        assert what in IS
        return what in self.things


def query(text: str) -> Query:
    return parse(text, now=NOW)


def matches(text: str, **fields: object) -> bool:
    return query(text).matches(Fake(**fields))  # type: ignore[arg-type]  # the tests know them


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RESET",
        '"your pass"',
        "ann@example.org",
        "cy@EXAMPLE",
        "/^reset .*word$/",
        "/RESET/",
        "from:ann",
        "From:bounce",
        "to:cy",
        "to:/@example\\.(org|net)/",
        "subject:reset",
        'subject:"your pass"',
        "body:123456",
        "body:/^bye$/",
        "header:x-tag=sale",
        "header:X-Tag=/^b=/",
        "header:X-Tag=b=c",
        'header:"x-tag: spring"',
        "header:X-Tag=",
        "header:/^x-tag: s/",
        "id:p3x-1-2",
        "id:p3x",
        "session:p3x-1",
        "session:p3x",
        "ip:127.0.0.1",
        "ip:127.0",
        "ip:127.",
        "size:>1k",
        "size:>=2k",
        "size:<=2048",
        "size:<2.5K",
        "size:<1MiB",
        "age:<15m",
        "age:>5m",
        "age:<1h",
        "after:14:50",
        "before:14:50:01",
        "after:2024-05-31",
        "after:today",
        "after:yesterday",
        "before:2024-05-31T12:51:00Z",
        'after:"2024-05-31 14:50"',
        "has:html",
        "has:LINK",
        "is:unread",
        "is:tls",
        "issue:dkim-missing",
        "issue:DKIM",
        "-nothing",
        "!nothing",
        "--reset",
        "-(reset nothing)",
        "reset ann",
        "nothing OR reset",
        "nothing OR (reset from:ann)",
        "nothing reset OR ann",
        "reset(ann)",
        "~f ann",
        "~t bob",
        "~s reset",
        '~b "code is"',
        "~h sale",
    ],
)
def test_it_matches(text: str) -> None:
    assert matches(text)


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        '"reset password"',
        "from:cy",
        "to:ann",
        "subject:ann",
        "body:reset",
        "header:X-Tag=password",
        "header:tag=sale",
        "header:X-Other=",
        "id:P3X",
        "session:p3x-",
        "session:p3",
        "session:p3x-1-2",
        "ip:127.0.0.10",
        "ip:27.0",
        "size:>2k",
        "size:<2k",
        "age:>10m",
        "age:<10m",
        "after:14:51",
        "before:14:50",
        "before:today",
        "has:attachment",
        "is:read",
        "issue:dkim-missing-x",
        "issue:dk",
        "-reset",
        "reset -ann",
        "nothing OR never",
        "reset (nothing OR never)",
        "~e",
    ],
)
def test_it_does_not_match(text: str) -> None:
    assert not matches(text)


@pytest.mark.parametrize(
    ("text", "read", "what", "remedy"),
    [
        ("a form:ann", "form:ann", "there is no field 'form'", "did you mean from?"),
        ("Re: hello", "Re:", "there is no field 're'", 'put a word with a colon in "quotes"'),
        ("has:attachmnt", "attachmnt", "has: knows no 'attachmnt'", "did you mean attachment?"),
        ("is:qq", "qq", "is: knows no 'qq'", "there are unread, read, marked,"),
        ("from:", "from:", "a text is missing", "write from:text"),
        ('""', '""', "a text is missing", "write one"),
        ("size:", "size:", "a text is missing", "in a shell in quotes: 'size:>100k'"),
        ("x ~f ", "~f ", "a text is missing", "write from:text"),
        ("~f", "~f", "a text is missing", "write from:text"),
        ("~", "~", "'~' stands for nothing", "there are ~f, ~t,"),
        ("~q x", "~q", "'~q' stands for nothing", "there are ~f, ~t,"),
        ('x "abc', '"abc', 'a quote (") is not closed', 'end it with "'),
        ("x /abc", "/abc", "a regex (/) is not closed", "end it with /"),
        ("/path/to", "/path/to", "a blank is missing", "put the whole word in quotes"),
        ("x (a b", "(", "a parenthesis is not closed", "end it with )"),
        ("(", "(", "a parenthesis is not closed", "end it with )"),
        ("a) b", ")", "a parenthesis is closed that was not opened", "take it out"),
        ("()", ")", "there is nothing to look for here", "write a word"),
        ("a OR", "OR", "OR needs a word on both sides", "add one"),
        ("OR a", "OR", "OR needs a word on both sides", "add one"),
        ("(a OR) b", "OR", "OR needs a word on both sides", "add one"),
        ("a - b", "-", "there is nothing behind '-'", "without a blank"),
        ("-OR", "-", "there is nothing to negate", "without a blank"),
        ("from:/a(/", "/a(/", "the regex is wrong: missing )", "mend it"),
        ("/(a+)+$/", "/(a+)+$/", "a repeat within a repeat can take for ever", "possessive"),
        (f"/{'a' * 501}/", f"/{'a' * 501}/", "the regex is longer than 500", "shorten it"),
        ("size:100k", "100k", "'100k' is no comparison of a size", "write size:>100k"),
        ("size:>many", ">many", "'>many' is no comparison of a size", "write size:>100k"),
        ("age:<5", "<5", "'<5' is no comparison of an age", "write age:<5m"),
        ("age:<999999999w", "<999999999w", "'<999999999w' is no comparison", "write age:<5m"),
        ("after:25:00", "25:00", "'25:00' is no time", "write 12:00"),
        ("is:/x/", "/x/", "is: takes no regex", "without the slashes"),
        ("x" * 4001, "x", "it is longer than 4000 characters", "shorten it"),
        ("(" * 60 + "a" + ")" * 60, "(", "it is nested deeper than 50 levels", "simplify it"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_a_remedy(
    text: str, read: str, what: str, remedy: str
) -> None:
    with pytest.raises(QueryError) as raised:
        query(text)

    error = raised.value
    assert error.read == read
    assert text[error.position : error.end] == read
    assert error.what.startswith(what)
    assert remedy in error.remedy
    assert str(error) == (
        f"filter: {error.what}, at character {error.position + 1}: {read!r}; {error.remedy}"
    )


def test_a_rule_that_does_not_exist_is_told_where_the_rules_are_known() -> None:
    def rules() -> list[str]:
        return ["dkim-missing", "bare-lf-data"]

    with pytest.raises(QueryError, match=r"there is no rule 'bare-lf-dta'.*mean bare-lf-data\?"):
        parse("issue:bare-lf-dta", now=NOW, rules=rules)
    assert parse("issue:dkim", now=NOW, rules=rules)
    assert parse("x", now=NOW, rules=lambda: pytest.fail("nobody asked for them"))


def test_what_costs_little_is_asked_first() -> None:
    asked: list[str] = []

    class Noting(Fake):
        def __getattribute__(self, name: str) -> object:
            asked.append(name)
            return super().__getattribute__(name)

    assert not query("issue:x body:code header:a=b /x/ subject:none").matches(Noting())
    assert asked == ["subject"]


def test_what_to_mark_is_what_is_wanted_and_not_what_is_not() -> None:
    marked = query('a.b -c subject:/D+/ OR body:"e f" size:>1k a.b').highlights

    assert [(each.field, each.pattern.pattern) for each in marked] == [
        ("", r"a\.b"),
        ("subject", "D+"),
        ("body", r"e\ f"),
    ]
    assert marked[0].pattern.search("xA.Bx")


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("rese", "res"),
        ("rese", ""),
        ("from:ann", "from:an"),
        ("from:ann", "an"),
        ("a b", "a"),
        ("a (b OR c)", "a"),
        ("a b", "a (b OR c)"),
        ("-re", "-res"),
        ("size:>200k", "size:>100k"),
        ("size:>100k", "size:>=100k"),
        ("size:<1k", "size:<=1k"),
        ("age:<5m", "age:<10m"),
        ("age:>10m", "age:>5m"),
        ("after:12:00", "after:11:00"),
        ("before:11:00", "before:12:00"),
        ("header:X=ab", "header:x=b"),
        ("id:p3x-1", "id:p3x"),
        ("a is:read", "is:read"),
        ("/x/ b", "/x/"),
    ],
)
def test_a_filter_extends_one_that_leaves_more(new: str, old: str) -> None:
    assert query(new).extends(query(old))
    assert not query(old).extends(query(new))


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("an", "from:an"),
        ("/xy/", "/x/"),
        ("size:>1k", "size:<2k"),
        ("subject:ab", "from:a"),
        ("body:ab", "a"),
        ("has:text", "has:html"),
        ("a OR b", "a"),
        ("after:12:00", "before:13:00"),
    ],
)
def test_a_filter_does_not_extend_what_it_may_reach_beyond(new: str, old: str) -> None:
    assert not query(new).extends(query(old))


# Laws

FIELDS = [
    "from:",
    "to:",
    "body:",
    "header:X-Tag=",
    "is:read",
    "is:unread",
    "size:>1k",
    "size:<3k",
    "age:<5m",
    "after:14:00",
]
WORDS = ["a", "reset", "ann", "x", "é", "id:p3x", "/re.*t/", "a+", "*", ":", "="]
PIECES = st.sampled_from([*FIELDS, *WORDS, *'()-!"/\\', *"   ", "OR", "~f ", '"two words"'])
TEXTS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join))


def wrong(text: str) -> QueryError | None:
    try:
        query(text)
    except QueryError as error:
        return error
    return None


QUERIES = TEXTS.filter(lambda text: wrong(text) is None).map(query)
CANDIDATES = st.builds(
    Fake,
    subject=st.sampled_from(["reset your password", "a", "ann x", ""]),
    senders=st.sampled_from(["ann@example.org", "<>", "é"]),
    size=st.sampled_from([0, 1024, 2048, 4096]),
    things=st.frozensets(st.sampled_from(["read", "unread"])),
)


@given(TEXTS)
def test_any_text_is_read_or_wrong_at_a_place_within_it(text: str) -> None:
    error = wrong(text)

    assert error is None or (0 <= error.position < error.end <= len(text))
    assert error is None or (error.read and error.remedy)


@given(QUERIES)
def test_what_is_written_again_reads_as_the_same(first: Query) -> None:
    assert query(str(first)) == first
    assert str(query(str(first))) == str(first)


@given(QUERIES, CANDIDATES)
def test_what_is_negated_matches_what_did_not(first: Query, candidate: Fake) -> None:
    if first.is_empty:
        return
    assert query(f"-({first})").matches(candidate) != first.matches(candidate)
    assert query(f"--({first})").matches(candidate) == first.matches(candidate)


@given(QUERIES, QUERIES, CANDIDATES)
def test_two_filters_side_by_side_and_with_or(first: Query, second: Query, mail: Fake) -> None:
    if first.is_empty or second.is_empty:
        return
    one, other = first.matches(mail), second.matches(mail)

    assert query(f"({first}) ({second})").matches(mail) == (one and other)
    assert query(f"({first}) OR ({second})").matches(mail) == (one or other)
    assert query(f"-({first} OR {second})").matches(mail) == (not one and not other)


@given(QUERIES, QUERIES, CANDIDATES)
def test_what_matches_an_extension_matched_before(new: Query, old: Query, mail: Fake) -> None:
    if new.extends(old) and new.matches(mail):
        assert old.matches(mail)


@given(QUERIES, QUERIES)
def test_narrowing_is_always_an_extension(first: Query, second: Query) -> None:
    if first.is_empty or second.is_empty:
        return
    assert query(f"({first}) ({second})").extends(first)


def test_times_are_in_the_zone_of_now_and_days_begin_there() -> None:
    late = datetime(2024, 5, 30, 22, 30, tzinfo=UTC)  # half past midnight where now is

    assert matches("after:2024-05-31", received=late)
    assert matches("after:today", received=late)
    assert matches("before:0:31", received=late)
