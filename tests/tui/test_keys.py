"""Keys: each means one thing where it works, and help names them all."""

import pytest
from textual.binding import Binding

from mailtrap.tui import keys
from mailtrap.tui.help import help_texts
from tests.tui.pilots import PLAIN

FORBIDDEN = {f"ctrl+{letter}" for letter in "czsqijmh["}  # terminals and multiplexers own them


def single(bindings: list[Binding]) -> list[str]:
    return [key for binding in bindings for key in binding.key.split(",")]


@pytest.mark.parametrize("bindings", [keys.LIST, keys.VIEW, keys.APP + keys.TABS])
def test_a_key_means_one_thing(bindings: list[Binding]) -> None:
    names = single(bindings)

    assert len(names) == len(set(names))


def test_keys_with_a_message_mean_nothing_else_anywhere() -> None:
    assert not set(single(keys.MESSAGE)) & set(single(keys.APP))


@pytest.mark.parametrize("bindings", [bindings for _, bindings in keys.GROUPS])
def test_no_action_needs_ctrl(bindings: list[Binding]) -> None:
    assert not FORBIDDEN & set(single(bindings))
    for binding in bindings:
        if binding.key.startswith("ctrl+"):
            assert "half a page" in binding.tooltip  # and there are other ways to scroll


def test_every_binding_has_an_id_of_its_own() -> None:
    ids = [binding.id for _, bindings in keys.GROUPS for binding in bindings]

    assert None not in ids
    assert len(ids) == len(set(ids))


def test_help_names_every_key() -> None:
    text = "".join(part.plain for part in help_texts(PLAIN))

    for _, bindings in keys.GROUPS:
        for binding in bindings:
            assert binding.tooltip in text


def test_at_most_eight_keys_are_in_the_footer_of_either_pane() -> None:
    shown = {title: sum(binding.show for binding in bindings) for title, bindings in keys.GROUPS}

    # "Back" is offered in the detail only, "Read" in the list only.
    assert shown["Anywhere"] + shown["Tabs"] <= 8
    assert shown["In the list"] == 1
    assert shown["In the detail"] == 0
