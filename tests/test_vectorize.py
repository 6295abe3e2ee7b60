"""N-grams against a plain implementation, and scikit-learn's own checks."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import make_pipeline

from aidtopics.errors import FittingError
from aidtopics.segment import Segmenter, tokens_of
from aidtopics.vectorize import CharacterNgrams, WordCounts, count_words, ngrams

texts = st.lists(st.text("医院义诊队 ab1２，。(\n", max_size=20), max_size=6)


def plain_ngrams(text: str) -> list[str]:
    """What is hashed, written down: one to three characters, and one or two with an edge beside them."""
    shown = f"\x01{text}\x01"
    found = list(text)
    found += [shown[i : i + 2] for i in range(len(shown) - 1) if shown[i : i + 2] != "\x01\x01"]
    return found + [shown[i : i + 3] for i in range(len(shown) - 2) if "\x01" not in shown[i + 1 : i + 2]][: len(text)]


@given(texts)
def test_every_passage_has_its_own_ngrams_and_no_other(passages):
    folded = ngrams.fold(passages)
    buckets = ngrams.hash_ngrams(folded, 20)
    for number, (start, end) in enumerate(itertools.pairwise(folded.edges.tolist())):
        here = buckets[:, start:end]
        alone = ngrams.hash_ngrams(ngrams.fold([passages[number]]), 20)
        assert here.tolist() == alone.tolist()
        assert max((here < 1 << 20).sum(), 1) == ngrams.ngram_counts(folded)[number]


@given(texts)
def test_words_and_their_pairs_take_the_place_of_ngrams(passages):
    def cut(text: str) -> list[str]:
        return [text[i : i + 2] for i in range(0, len(text), 2)]

    folded = ngrams.mark_words(ngrams.fold(passages), cut)
    buckets = ngrams.hash_ngrams(folded, 20)
    assert buckets.shape == (2, len(folded.codes) - 1)
    for number, (start, end) in enumerate(itertools.pairwise(folded.edges.tolist())):
        shown = "".join(map(chr, folded.codes[start + 1 : end].tolist()))
        words = [word for word in cut(shown) if not word.isspace()]
        counting = buckets[:, start:end] < 1 << 20
        # A pair starts at its first word, the first one at the edge; after the last word there is none.
        assert counting.sum(axis=1).tolist() == [len(words), len(words)]
        assert ngrams.ngram_counts(folded)[number] == max(2 * len(words), 1)
        equal = [buckets[0, start + 1 + 2 * i] for i, word in enumerate(cut(shown)) if word == shown[:2]]
        assert len(set(equal)) <= 1


@given(st.text("医院义诊队ab", max_size=12))
def test_equal_ngrams_share_a_bucket_and_others_rarely_do(text):
    names = plain_ngrams(text)
    buckets = ngrams.hash_ngrams(ngrams.fold([text]), 22)
    assert (buckets < 1 << 22).sum() == len(names)
    assert len(set(buckets[buckets < 1 << 22].tolist())) == len(set(names))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2019年", "２０２４年"),
        ("CT检查", "ct检查"),
        ("他说，好", "他说,好"),
        ("“好”", '"好"'),
        ("一\u3000二", "一 二"),
        ("\U00020000", "\U00020001"),
    ],
)
def test_folding_makes_copies_of_a_page_alike(one, other):
    assert ngrams.fold([one]).codes.tolist() == ngrams.fold([other]).codes.tolist()


def test_a_newline_inside_a_passage_is_no_edge():
    assert len(ngrams.fold(["一\n二", "三"]).edges) == 3


@given(st.lists(st.lists(st.text("医院义诊", max_size=8), max_size=4), min_size=1, max_size=4), st.data())
def test_each_different_ngram_of_a_page_weighs_once(pages, data):
    passages = [passage for page in pages for passage in page]
    included = np.array(data.draw(st.lists(st.booleans(), min_size=len(passages), max_size=len(passages))), bool)
    folded = ngrams.fold(passages)
    starts = np.cumsum([0, *map(len, pages)])
    buckets = ngrams.hash_ngrams(folded, 20)
    weights = np.append(np.random.default_rng(0).integers(-9, 9, 1 << 20), 0).astype(np.float32)
    sums, counts = ngrams.weigh_once(weights, buckets, folded, starts, included)
    for number, (first, last) in enumerate(itertools.pairwise(starts.tolist())):
        expected = set()
        for passage, wanted in zip(pages[number], included[first:last], strict=True):
            if wanted:
                alone = ngrams.hash_ngrams(ngrams.fold([passage]), 20)
                expected |= set(alone[alone < 1 << 20].tolist())
        assert counts[number] == len(expected)
        assert sums[number] == weights[sorted(expected)].sum()


def test_character_ngrams_count_what_is_hashed():
    matrix = CharacterNgrams(bits=12).fit_transform(["义诊义诊", ""])
    assert matrix.shape == (2, 4096)
    assert matrix.sum(axis=1).tolist() == [13, 0]
    assert matrix.max() == 2


@pytest.mark.parametrize("bits", [7, 23])
def test_too_few_or_too_many_buckets_are_refused(bits):
    with pytest.raises(ValueError, match=f"found bits={bits}, expected a number from 8 to 22"):
        CharacterNgrams(bits).fit(["a"])


def test_word_counts_learn_one_vocabulary_and_keep_it():
    words = WordCounts(Segmenter("jieba"), min_pages=1, max_share=1.0)
    matrix = words.fit_transform(["医疗队到村里义诊", "医疗队捐赠救护车"])
    column = list(words.get_feature_names_out()).index("医疗队")
    assert matrix[:, [column]].toarray().ravel().tolist() == [1, 1]
    later = words.transform(["义诊义诊，从没见过的词"])
    assert later.shape == (1, matrix.shape[1])
    assert later[0, list(words.get_feature_names_out()).index("义诊")] == 2


@given(
    texts=st.lists(st.lists(st.sampled_from("甲乙丙丁戊"), max_size=8), min_size=1, max_size=9),
    min_pages=st.integers(1, 3),
    max_share=st.sampled_from([0.4, 0.7, 1.0]),
)
def test_words_are_counted_as_scikit_learn_counts_them(texts, min_pages, max_share):
    ours = WordCounts(Segmenter("jieba"), min_pages, max_share)
    theirs = CountVectorizer(
        analyzer=list, min_df=min(min_pages, max(1, int(max_share * len(texts)))), max_df=max_share, dtype=np.int32
    )
    try:
        expected = theirs.fit_transform(texts)
    except ValueError:
        with pytest.raises(FittingError, match="found no word"):
            ours.fit_words(tokens_of(texts))
        return
    found = ours.fit_words(tokens_of(texts))
    assert ours.vocabulary_ == tuple(theirs.get_feature_names_out())
    assert found.dtype == np.int32
    assert found.toarray().tolist() == expected.toarray().tolist()
    assert found.has_sorted_indices


def test_max_words_keeps_the_most_frequent():
    words = WordCounts(Segmenter("jieba"), min_pages=1, max_share=1.0, max_words=1)
    words.fit(["义诊", "义诊和捐赠"])
    assert words.vocabulary_ == ("义诊",)


def test_an_empty_vocabulary_says_what_to_change():
    with pytest.raises(FittingError, match=r"found no word in at least 2 .* lower vectorize.min_pages"):
        WordCounts(Segmenter("jieba"), min_pages=2, max_share=1.0).fit(["义诊", "捐赠"])


@pytest.mark.parametrize("vectorizer", [CharacterNgrams(10), WordCounts(Segmenter("jieba"), 1, 1.0)])
def test_vectorizers_work_as_scikit_learn_estimators(vectorizer):
    copy = clone(vectorizer)
    assert copy.get_params() == vectorizer.get_params()
    assert copy is not vectorizer
    matrix = make_pipeline(copy).fit_transform(["医疗队义诊", "义诊结束"])
    assert sparse.issparse(matrix)
    with pytest.raises(ValueError, match="found a single string, expected an iterable of texts"):
        copy.fit_transform("义诊")


def test_words_that_are_cut_already_count_the_same():
    segmenter = Segmenter("jieba")
    counter = WordCounts(segmenter, 1, 1.0).fit(["医疗队义诊", "义诊结束"])
    words = segmenter.words_of(["义诊医疗队"])
    assert (count_words(words, counter.vocabulary_) != counter.transform(["义诊医疗队"])).nnz == 0
