"""The one vectorization layer: word counts for topics, hashed character n-grams for the classifier."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aidtopics.vectorize.estimators import CharacterNgrams, WordCounts, count_words

__all__ = ["CharacterNgrams", "WordCounts", "count_words"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    # scikit-learn takes a second to import, and labelling needs the n-grams alone.
    if name in __all__:
        from aidtopics.vectorize import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
