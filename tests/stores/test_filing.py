import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.message import Message
from mailtrap.stores.filing import (
    NOBODY,
    Circumstances,
    Sidecar,
    decode_sidecar,
    encode_sidecar,
    is_id,
    joined,
    named,
    session_of,
    split,
    stranger_time,
    unique_name,
)
from mailtrap.trap import random_word
from tests.dialogues import START
from tests.stores.strategies import MESSAGES, PEERS, TEXTS

CIRCUMSTANCES = st.builds(
    Circumstances,
    st.none() | PEERS,
    TEXTS,
    st.none() | st.tuples(TEXTS, TEXTS),
    st.none() | TEXTS,
)


@given(MESSAGES, st.sets(st.sampled_from("DFPRSTabc")))
def test_a_name_tells_id_time_size_and_flags(message: Message, flags: set[str]) -> None:
    unique, has = split(joined(unique_name(message), "".join(flags)))
    said = named(unique)

    assert said is not None
    assert (said.id, said.received, said.size) == (message.id, message.received, message.size)
    assert set(has) == flags
    assert session_of(said.id) == message.session
    assert re.fullmatch(r"[0-9A-Za-z.,=_-]+", unique)


@given(st.text())
def test_any_name_can_be_read(name: str) -> None:
    unique, _ = split(name)

    said = named(unique)

    assert said is None or is_id(said.id)
    assert stranger_time(unique, 0.0).tzinfo is not None


def test_a_stranger_that_says_when_it_came_is_believed() -> None:
    assert stranger_time("1767322845.M1P2.host", 5.0).timestamp() == 1767322845
    assert stranger_time("12.host", 5.0).timestamp() == 5
    assert stranger_time("99999999999999999999.host", 1e30).year == 1970


def test_the_ids_of_a_trap_are_ids() -> None:
    assert is_id(f"{random_word()}-12-3")
    assert not is_id("../../x-1-1")
    assert session_of("stranger") == ""


@given(MESSAGES, CIRCUMSTANCES)
def test_what_a_sidecar_says_is_read_again(message: Message, came: Circumstances) -> None:
    octets = encode_sidecar(message, came)

    assert decode_sidecar(octets) == Sidecar(message.envelope, message.truncated, came)
    keys = json.loads(octets)
    assert (keys["format"], keys["id"], keys["size"]) == (1, message.id, message.size)
    json.dumps(keys["forward_paths"], ensure_ascii=False).encode()  # no lone surrogates


@given(MESSAGES, st.data())
def test_a_torn_sidecar_can_be_read(message: Message, data: st.DataObject) -> None:
    octets = encode_sidecar(message, NOBODY)
    end = data.draw(st.integers(0, len(octets) - 2))

    assert decode_sidecar(octets[:end]) == Sidecar()


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["sender", "recipients", "raw", "rest", "version"]), inner
        )
    ),
)
KEYS = ("envelope", "truncated", "peer", "client_name", "tls", "auth_user")


@given(st.dictionaries(st.sampled_from(KEYS), ANY_JSON))
def test_any_values_under_the_right_keys_can_be_read(keys: dict[str, object]) -> None:
    sidecar = decode_sidecar(json.dumps(keys).encode())

    assert isinstance(sidecar.envelope.forward_paths, tuple)
    assert isinstance(sidecar.truncated, bool)


def test_octets_that_are_no_text_are_kept_exactly() -> None:
    from mailtrap.envelope import Envelope, Path

    envelope = Envelope(Path(b"<\xff@b>", b"X=\xfe"), (Path(b"<>"),))
    message = Message("a-1-1", "a-1", envelope, b"", START)

    octets = encode_sidecar(message, NOBODY)

    assert b'"raw_base64": "PP9AYj4="' in octets
    assert decode_sidecar(octets).envelope == envelope


@pytest.mark.parametrize("seconds", [-99_999_999_999, -62_135_596_800, -62_104_060_801])
def test_a_name_with_a_time_that_not_every_zone_can_tell_is_a_strangers(seconds: int) -> None:
    name = f"{seconds}.M000000_abcdef-1-1.mailtrap,S=1"

    assert named(name) is None
    assert stranger_time(name, float(seconds)).year == 1970
    assert stranger_time("note", 253_402_300_799.0).year == 1970
