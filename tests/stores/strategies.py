"""Sessions, envelopes and messages of any kind, for hypothesis."""

from datetime import UTC, datetime
from typing import Any, get_type_hints

from hypothesis import strategies as st

from mailtrap.envelope import Envelope, Path, decoded
from mailtrap.message import Message
from mailtrap.session import Entry, Peer, Session
from mailtrap.stores.log_lines import KINDS
from mailtrap.transcript import ENDINGS

TIMES = st.datetimes(
    min_value=datetime(1971, 1, 1),
    max_value=datetime(3000, 1, 1),
    timezones=st.just(UTC),
)
TEXTS = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.binary().map(decoded))
OCTETS = st.one_of(st.binary(), st.text(st.characters(exclude_categories=["Cs"])).map(str.encode))
NUMBERS = st.integers(0, 2**40)
PATHS = st.builds(Path, OCTETS, OCTETS)
ENVELOPES = st.builds(Envelope, st.none() | PATHS, st.lists(PATHS, max_size=3).map(tuple))
PEERS = st.builds(Peer, st.ip_addresses().map(str) | st.just("fe80::1%eth0"), st.integers(0, 65535))
IDS = st.builds("{}-{}".format, st.from_regex(r"\A[a-z2-9]{6}\Z"), st.integers(1, 10**6))
MESSAGE_IDS = st.builds("{}-{}".format, IDS, st.integers(1, 10**6))

_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    datetime: TIMES,
    bytes: OCTETS,
    str: TEXTS,
    str | None: st.none() | MESSAGE_IDS,
    int: NUMBERS,
    bool: st.booleans(),
    tuple[tuple[str, str], ...]: st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
}


def entries_of(kind: type[Entry]) -> st.SearchStrategy[Entry]:
    """Any entry of that kind."""
    hints = get_type_hints(kind)
    hints.pop("kind")
    return st.builds(kind, **{name: _BY_TYPE[hint] for name, hint in hints.items()})


ENTRIES = st.one_of([entries_of(kind) for kind in KINDS.values()])


@st.composite
def _sessions(draw: st.DrawFn) -> Session:
    opened = draw(TIMES)
    is_open = draw(st.booleans())
    return Session(
        draw(IDS),
        draw(PEERS),
        draw(PEERS),
        opened,
        None if is_open else draw(TIMES),
        None if is_open else draw(st.sampled_from(sorted(ENDINGS))),
        tuple(draw(st.lists(ENTRIES, max_size=8))),
        draw(st.booleans()),
    )


SESSIONS = _sessions()


@st.composite
def _messages(draw: st.DrawFn) -> Message:
    message_id = draw(MESSAGE_IDS)
    return Message(
        message_id,
        message_id.rpartition("-")[0],
        draw(ENVELOPES),
        draw(st.binary(max_size=2000)),
        draw(TIMES),
        draw(st.booleans()),
    )


MESSAGES = _messages()
