import pytest

from mailtrap.errors import UsageError
from mailtrap.tui.themes import known_theme


def test_a_theme_that_is_none_is_told_with_the_setting() -> None:
    with pytest.raises(UsageError, match=r"^--theme: 'nrod' is no theme; did you mean 'nord'\?"):
        known_theme("nrod", "--theme")
    with pytest.raises(UsageError, match=r"there are .*gruvbox"):
        known_theme("?", "--theme")

    assert known_theme("mine, nord", "TEXTUAL_THEME") == "nord"
