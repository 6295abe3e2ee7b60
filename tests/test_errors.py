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
