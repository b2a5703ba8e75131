"""What files of pytest say about the server."""

import pytest

from tests.plugin.conftest import Run

USING = """
    def test_it(mailtrap, mailtrap_settings):
        assert mailtrap_settings == {"port": 0, "timeout": 7.5}
        with connect(mailtrap) as client:
            client.docmd("NONSENSE")
"""
STRICT = "(the test is strict)"


@pytest.mark.skipif(pytest.version_tuple < (9, 2), reason="takes text alone")
@pytest.mark.parametrize("name", ["pytest.toml", "pyproject.toml"])
def test_toml_of_pytest_may_have_numbers_true_and_false(
    run: Run, pytester: pytest.Pytester, name: str
) -> None:
    table = "pytest" if name == "pytest.toml" else "tool.pytest"
    (pytester.path / name).write_text(
        f"[{table}]\nmailtrap_port = 0\nmailtrap_timeout = 7.5\nmailtrap_strict = true\n"
    )

    result = run(USING)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([STRICT])


def test_toml_in_the_way_of_ini_files_may_have_them_too(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyprojecttoml(
        "[tool.pytest.ini_options]\nmailtrap_port = 0\nmailtrap_timeout = 7.5\n"
        "mailtrap_strict = true\n"
    )

    result = run(USING)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([STRICT])


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="has no TOML of its own")
def test_toml_of_pytest_may_have_text(run: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "pytest.toml").write_text(
        '[pytest]\nmailtrap_port = "0"\nmailtrap_timeout = "7.5"\nmailtrap_strict = "no"\n'
    )

    run(USING).assert_outcomes(passed=1)
