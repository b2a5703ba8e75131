import pytest

from mailtrap.sendmail.flags import DELIVER, NOTHING, QUEUE, REBUILD, SPEAK, Flags, read_flags

BOB = "bob@example.org"


@pytest.mark.parametrize(
    ("line", "flags"),
    [
        ("-t -i", Flags(takes_fields=True, dot_ends=False)),
        ("-ti", Flags(takes_fields=True, dot_ends=False)),
        ("-toi", Flags(takes_fields=True, dot_ends=False)),
        ("-t -oi -oem", Flags(takes_fields=True, dot_ends=False)),
        ("-t -o i", Flags(takes_fields=True, dot_ends=False)),
        ("-tfann@x.org", Flags(takes_fields=True, sender="ann@x.org")),
        ("-f ann@x.org bob@example.org", Flags((BOB,), sender="ann@x.org")),
        ("-r ann@x.org", Flags(sender="ann@x.org")),
        ("-FCron -i -B8BITMIME -oem bob@example.org", Flags((BOB,), dot_ends=False, name="Cron")),
        ("-F Ann -odi", Flags(name="Ann")),
        ("-N success,delay -R hdrs -V abc", Flags(notify="success,delay", ret="hdrs", envid="abc")),
        ("-v -B 7BIT -X /log -O Mode=b bob@example.org", Flags((BOB,), is_verbose=True)),
        ("-C /etc/x -L tag -h 3 -p ESMTP -A m -D log bob@example.org", Flags((BOB,))),
        ("-n -m -U -G -E -s -x -d0.1 -e m bob@example.org", Flags((BOB,))),
        ("-Y -Zq -9 bob@example.org", Flags((BOB,), mode=NOTHING)),
        ("--no-such --other=1 bob@example.org", Flags((BOB,))),
        ("-bm bob@example.org", Flags((BOB,), mode=DELIVER)),
        ("-bs", Flags(mode=SPEAK)),
        ("-bp", Flags(mode=QUEUE)),
        ("-bi", Flags(mode=REBUILD)),
        ("-bd -q30m", Flags(mode=NOTHING)),
        ("-q", Flags(mode=NOTHING)),
        ("-bv bob@example.org", Flags((BOB,), mode=NOTHING)),
        ("-i -- -odd@example.org", Flags(("-odd@example.org",), dot_ends=False)),
        ("bob@example.org -f late@x.org", Flags((BOB, "-f", "late@x.org"))),
        ("--host box --port=2525 -t", Flags(takes_fields=True, host="box", port="2525")),
        ("-f", Flags(sender="")),
        ("-", Flags(("-",))),
    ],
)  # fmt: skip
def test_flags_are_read_as_postfix_reads_them(line: str, flags: Flags) -> None:
    assert read_flags(line.split()) == flags


def test_the_null_reverse_path_may_be_an_empty_word() -> None:
    assert read_flags(["-f", "", "-i"]) == Flags(sender="", dot_ends=False)


def test_notifications_are_parameters_in_capitals() -> None:
    flags = read_flags(["-N", "success,delay", "-Rhdrs", "-V", "Ab"])

    assert flags.notifications == (
        ((b"DSN", b"RET=HDRS"), (b"DSN", b"ENVID=Ab")),
        ((b"DSN", b"NOTIFY=SUCCESS,DELAY"),),
    )
