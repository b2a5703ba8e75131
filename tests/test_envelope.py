import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.envelope import Envelope, Parameter, decoded, read_path


@given(
    argument=st.one_of(
        st.binary(max_size=80),
        st.lists(
            st.sampled_from(b'FROM|:| |<|>|"|\\|@|a@b|SIZE=1|SMTPUTF8|\t|=|,|\xff'.split(b"|")),
            max_size=20,
        ).map(b"".join),
    ),
    keyword=st.sampled_from([b"FROM", b"TO"]),
)
def test_any_argument_is_read_and_all_but_blanks_and_the_keyword_is_kept(
    argument: bytes, keyword: bytes
) -> None:
    path = read_path(argument, keyword)

    kept = b"".join([path.raw, *(parameter.raw for parameter in path.parameters)])
    squeezed = b"".join(argument.split())
    assert squeezed.endswith(b"".join(kept.split()))
    assert isinstance(path.address, str)
    for parameter in path.parameters:
        assert parameter.keyword == parameter.keyword.upper()
        assert parameter.value is None or isinstance(parameter.value, str)


@pytest.mark.parametrize(
    ("argument", "raw", "parameters"),
    [
        (b"FROM:<a@b>", b"<a@b>", []),
        (b"from:<a@b>", b"<a@b>", []),
        (b"FROM : <a@b>", b"<a@b>", []),
        (b"FROM <a@b>", b"<a@b>", []),
        (b"<a@b>", b"<a@b>", []),
        (b"FROM:<a@b>SIZE=5", b"<a@b>", [b"SIZE=5"]),
        (b"FROM:<a@b>  SIZE=5   BODY=8BITMIME ", b"<a@b>", [b"SIZE=5", b"BODY=8BITMIME"]),
        (b"FROM:<a@b> smtputf8", b"<a@b>", [b"smtputf8"]),
        (b"FROM:<a@b> FOO", b"<a@b>", [b"FOO"]),
        (b"FROM:a@b SIZE=5", b"a@b", [b"SIZE=5"]),
        (b"FROM:bounce=ann@b SIZE=5", b"bounce=ann@b", [b"SIZE=5"]),
        (b"FROM:<a@b SIZE=5", b"<a@b", [b"SIZE=5"]),
        (b'FROM:<"x> SIZE=1"@b> SIZE=5', b'<"x> SIZE=1"@b>', [b"SIZE=5"]),
        (b"FROM:<a@b>,<c@d>", b"<a@b>", [b",<c@d>"]),
        (b"FROM:<>", b"<>", []),
        (b"FROM:", b"", []),
        (b"", b"", []),
    ],
)
def test_a_path_ends_where_its_bracket_closes_or_a_parameter_begins(
    argument: bytes, raw: bytes, parameters: list[bytes]
) -> None:
    path = read_path(argument, b"FROM")

    assert path.raw == raw
    assert [parameter.raw for parameter in path.parameters] == parameters


@pytest.mark.parametrize("mark", [b'"', b"<", b">", b"\\", b'\\"', b'"<', b" a", b" a=", b"=@"])
def test_hostile_paths_are_read_in_one_pass(mark: bytes) -> None:
    # Reading that tries things twice takes minutes for these.
    path = read_path(b"FROM:<" + mark * 500_000, b"FROM")

    assert path.address is not None


def test_a_parameter_keeps_the_case_of_its_value_and_not_of_its_keyword() -> None:
    parameter = Parameter(b"Envid=QQ+2B=x")

    assert (parameter.keyword, parameter.value) == ("ENVID", "QQ+2B=x")


def test_the_first_parameter_of_a_keyword_is_found() -> None:
    path = read_path(b"FROM:<a@b> SIZE=1 size=2", b"FROM")

    assert path.parameter("SIZE") == Parameter(b"SIZE=1")
    assert path.parameter("BODY") is None


def test_null_and_missing_reverse_paths_differ() -> None:
    assert Envelope(read_path(b"FROM:<>", b"FROM")).reverse_path == ""
    assert Envelope().reverse_path is None


@given(st.binary())
def test_decoding_is_reversible(octets: bytes) -> None:
    assert decoded(octets).encode("utf-8", "surrogateescape") == octets
