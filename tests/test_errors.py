"""Errors that tell what to do."""

import pytest

from aidtopics import errors


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("topcs", "did you mean 'topics'?"),
        ("xyz", "known: classify, pages, topics"),
        ("Pages", "did you mean 'pages'?"),
    ],
)
def test_a_misspelt_name_gets_the_nearest_known_one_or_all(name, hint):
    assert errors.nearest(name, ["topics", "pages", "classify"]) == hint


def test_one_problem_is_a_line_and_many_are_a_list():
    assert errors.problems(["x"], "a.toml") == "found a problem in a.toml: x"
    assert errors.problems(["x", "y"], "a.toml") == "found 2 problems in a.toml:\n  x\n  y"
    assert errors.problems(list("xyz"), "a.toml", most=2).endswith("\n  … and 1 more")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.AidtopicsError, 1),
        (errors.FittingError, 1),
        (errors.UnreadableError, 1),
        (errors.UsageError, 2),
        (errors.ModelError, 2),
    ],
)
def test_exit_codes_tell_mistakes_from_failures(error, code):
    assert error("x").exit_code == code
