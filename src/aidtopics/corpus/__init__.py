"""Gold pages: read, check, and compose into the pages a classifier is trained and judged on."""

from aidtopics.corpus.compose import Example, compose, example
from aidtopics.corpus.gold import corpus_hash, gold_from_row, read_gold

__all__ = ["Example", "compose", "corpus_hash", "example", "gold_from_row", "read_gold"]
