"""What is found depends on the octets and the replies, and not on how it came to be looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.catalogue import BY_CHAPTER, RULES
from mailtrap.lint.connection import EARLY_TALKER
from mailtrap.lint.diagnostic import Diagnosed, Diagnostic, Undiagnosed
from mailtrap.lint.samples import Played, Script, play, script_of
from mailtrap.lint.session import SessionLint, diagnose
from mailtrap.linting import Linting
from mailtrap.session import Chunk, Entry, MailData
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Trap
from tests.dialogues import cut

SCRIPTS = {
    f"{rule.id}, {which}": script
    for rule in RULES.values()
    for which, sample in (("bad", rule.bad), ("good", rule.good))
    if (script := script_of(sample)) is not None
}
STEPS = list(
    dict.fromkeys(
        step for script in SCRIPTS.values() for step in script.steps if isinstance(step, bytes)
    )
)
# They look at when octets came: that is what they are about.
OF_TIMING = {EARLY_TALKER.id} | {rule.id for rule in BY_CHAPTER["Pipelining"]}

scripts = pytest.mark.parametrize("script", SCRIPTS.values(), ids=list(SCRIPTS))
_terms = st.sampled_from([script.terms for script in SCRIPTS.values()])
_steps = st.lists(
    st.one_of(
        st.sampled_from(STEPS),
        st.sampled_from([step + other for step in STEPS[:12] for other in STEPS[:12]]),
        st.binary(max_size=20),
    ),
    max_size=12,
)
sessions = st.builds(
    lambda steps, terms, end: Script(tuple(steps), terms=terms, end=end),
    _steps,
    _terms,
    st.sampled_from(["eof", "reset", "timeout"]),
)


@scripts
def test_entry_by_entry_as_they_come_gives_what_is_found_afterwards(script: Script) -> None:
    played = play(script)

    assert one_by_one(played) == afterwards(played)


@given(script=sessions)
def test_the_same_of_any_session(script: Script) -> None:
    played = play(script)

    assert one_by_one(played) == afterwards(played)


@scripts
def test_entries_that_come_in_one_event_give_what_they_give_one_by_one(script: Script) -> None:
    played = play(script)
    count = len(played.session.transcript)

    for size in (1, 2, 3, count):
        bounds = set(range(0, count, size))
        assert in_batches(played, bounds) == afterwards(played)


@given(script=sessions, bounds=st.sets(st.integers(0, 40)))
def test_the_same_of_any_session_and_any_batches(script: Script, bounds: set[int]) -> None:
    played = play(script)

    assert in_batches(played, bounds) == afterwards(played)


@scripts
def test_octets_that_come_one_at_a_time_give_what_they_give_at_once(script: Script) -> None:
    runs = list(octets_of(script))
    longest = max((len(run) for run in runs if isinstance(run, bytes)), default=0)
    if longest > 5000:
        pytest.skip("too many octets to send them one at a time")

    whole = untimed(replace(script, steps=tuple(runs)))

    assert untimed(script) == whole
    assert untimed(replace(script, steps=resplit(runs, set(range(longest))))) == whole


@given(script=sessions, places=st.sets(st.integers(1, 400), max_size=12))
def test_any_split_into_segments_gives_the_same(script: Script, places: set[int]) -> None:
    runs = list(octets_of(script))

    assert untimed(replace(script, steps=resplit(runs, places))) == untimed(script)


def afterwards(played: Played) -> list[Diagnostic]:
    """Found when the session is over and its messages hold the octets."""
    return diagnose(played.session, played.data.get)


def one_by_one(played: Played) -> list[Diagnostic]:
    """Found while it happened."""
    lint = SessionLint()
    found = [each for entry in live(played) for each in lint.step(entry)]
    return [*found, *lint.end(played.session.reason or "")]


def in_batches(played: Played, bounds: set[int]) -> list[Diagnostic]:
    """Told by the listener of a trap whose events end in those places."""
    told: list[Diagnosed | Undiagnosed] = []
    trap, session = Trap(MemoryStore()), played.session
    trap.subscribe(Linting(trap, told.extend, told.extend))
    session_id = trap.open(session.peer, session.local, session.opened)
    batch: list[Entry] = []
    for index, entry in enumerate(live(played)):
        if batch and index in bounds:
            trap.record(session_id, *batch)
            batch.clear()
        batch.append(entry)
    trap.record(session_id, *batch)
    assert session.closed is not None
    trap.close(session_id, session.reason or "", session.closed)
    return [each.diagnostic for each in told if isinstance(each, Diagnosed)]


def untimed(script: Script) -> list[Diagnostic]:
    """Found afterwards, by the rules that do not look at when octets came."""
    return [each for each in afterwards(play(script)) if each.rule.id not in OF_TIMING]


def live(played: Played) -> Iterator[Entry]:
    """The entries as they came: with the octets of mail data."""
    taken: dict[str, int] = {}
    for entry in played.session.transcript:
        if isinstance(entry, (MailData, Chunk)) and entry.message is not None:
            data, start = played.data[entry.message], taken.get(entry.message, 0)
            taken[entry.message] = start + entry.size
            octets = data[start : start + entry.size] if isinstance(entry, Chunk) else data
            yield replace(entry, raw=octets, message=None)
        else:
            yield entry


def octets_of(script: Script) -> Iterator[bytes | Entry | float]:
    """The steps, octets that follow each other in one."""
    run = b""
    for step in script.steps:
        if isinstance(step, bytes):
            run += step
            continue
        if run:
            yield run
        run = b""
        yield step
    if run:
        yield run


def resplit(
    runs: Sequence[bytes | Entry | float], places: set[int]
) -> tuple[bytes | Entry | float, ...]:
    """The steps, each run of octets cut in those places."""
    steps: list[bytes | Entry | float] = []
    for run in runs:
        if isinstance(run, bytes):
            steps += cut(run, {place for place in places if 0 < place < len(run)})
        else:
            steps.append(run)
    return tuple(steps)
