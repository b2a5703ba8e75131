"""Amounts as people read them, in words and in columns.  Pure."""


def amount(number: int, what: str) -> str:
    """So many of these, in words."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def in_octets(size: int) -> str:
    """A size in at most five characters: 812, 4.1k, 38k, 1.2M."""
    amount = float(size)
    for unit in ("", "k", "M", "G"):
        if amount < 999.5 or unit == "G":
            break
        amount /= 1000
    return f"{amount:.1f}{unit}" if unit and amount < 9.95 else f"{amount:.0f}{unit}"
