"""Times and ages as people type them.  Pure: what time it is comes in as an argument."""

import re
from datetime import datetime, time, timedelta

_AGE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhdw])", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_OLDEST = 10**10  # seconds
_CLOCK = re.compile(r"\d\d?:\d\d(?::\d\d(?:\.\d{1,6})?)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")  # what fromisoformat takes besides is surprising
_DAYS = {"today": 0, "yesterday": -1}


def age_of(text: str) -> timedelta | None:
    """What ``5m``, ``1.5h`` or ``3d`` says; None where it is none, or mail was not yet."""
    found = _AGE.fullmatch(text)
    seconds = float(found[1]) * _SECONDS[found[2].lower()] if found else _OLDEST + 1
    return timedelta(seconds=seconds) if seconds <= _OLDEST else None


def time_of(text: str, now: datetime) -> datetime | None:
    """The time a text names, in the zone of ``now`` where it names none; None where it is none.

    A clock time is one of today, a date its first moment.
    """
    text = text.strip()
    try:
        if text.lower() in _DAYS:
            midnight = datetime.combine(now.date(), time())
            found = midnight + timedelta(days=_DAYS[text.lower()])
        elif _CLOCK.fullmatch(text):
            hour, _, rest = text.partition(":")
            found = datetime.combine(now.date(), time.fromisoformat(f"{hour:0>2}:{rest}"))
        elif _DATE.match(text):
            found = datetime.fromisoformat(text)
        else:
            return None
        found = found if found.tzinfo else found.replace(tzinfo=now.tzinfo)
        found.timestamp()  # some are too early for the clocks of the system
    except (ValueError, OverflowError, OSError):
        return None
    return found
