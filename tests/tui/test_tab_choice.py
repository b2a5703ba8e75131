"""Which tab is shown."""

from mailtrap.tui.tab_choice import TabChoice

OF_MESSAGE = ("text", "headers", "source", "session", "issues")
OF_SESSION = ("session", "issues")


def of_message(choice: TabChoice) -> str:
    return choice.among(OF_MESSAGE, is_message=True)


def of_session(choice: TabChoice) -> str:
    return choice.among(OF_SESSION, is_message=False)


def test_what_was_chosen_stays_for_rows_of_its_kind() -> None:
    choice = TabChoice()

    choice.choose("headers", is_message=True)
    choice.row_changed(is_same=False, goes_on=False)

    assert (of_message(choice), of_session(choice)) == ("headers", "session")


def test_where_the_chosen_tab_is_not_there_the_text_is_or_else_the_session() -> None:
    choice = TabChoice()

    choice.choose("html", is_message=True)
    choice.choose("source", is_message=False)

    assert (of_message(choice), of_session(choice)) == ("text", "session")


def test_the_session_goes_on_while_its_message_is_shown_and_nothing_is_chosen() -> None:
    choice = TabChoice()

    choice.row_changed(is_same=False, goes_on=True)
    choice.row_changed(is_same=True, goes_on=False)
    going_on = of_message(choice)
    choice.choose("source", is_message=True)

    assert (going_on, of_message(choice)) == ("session", "source")


def test_a_message_that_does_not_go_on_shows_what_was_chosen_for_messages() -> None:
    choice = TabChoice()

    choice.row_changed(is_same=False, goes_on=True)
    choice.row_changed(is_same=False, goes_on=False)

    assert of_message(choice) == "text"


def test_what_nobody_chose_is_for_one_row_alone() -> None:
    choice = TabChoice()

    choice.show_for_now("source")
    choice.row_changed(is_same=True, goes_on=False)
    for_now = of_message(choice), choice.is_for_now
    choice.row_changed(is_same=False, goes_on=False)

    assert for_now == ("source", True)
    assert (of_message(choice), choice.is_for_now) == ("text", False)
