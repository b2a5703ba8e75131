import pytest

from mailtrap.amounts import amount, in_octets


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (9949, "9.9k"),
        (9950, "10k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (38_112_000, "38M"),
        (5_000_000_000, "5.0G"),
    ],
)
def test_sizes_take_at_most_four_characters(size: int, shown: str) -> None:
    assert in_octets(size) == shown


def test_one_is_not_many() -> None:
    assert amount(1, "octet") == "1 octet"
    assert amount(0, "octet") == "0 octets"
    assert amount(12_345, "octet") == "12,345 octets"
