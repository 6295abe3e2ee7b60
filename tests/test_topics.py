"""Topic models: recovery of topics that are there, and figures against gensim's."""

import itertools

import numpy as np
import pytest
from gensim.corpora import Dictionary
from gensim.models import LdaModel
from gensim.models.coherencemodel import CoherenceModel
from scipy import sparse

from aidtopics.errors import FittingError
from aidtopics.topics import TopicModel
from aidtopics.topics.coherence import coherence
from aidtopics.topics.lda import COLLAPSED, diversity, fit_lda, perplexity, schedule
from aidtopics.topics.trends import stability, yearly_shares
from aidtopics.vectorize import count_words

THEMES = (
    ("白内障", "眼科", "手术", "复明", "光明行", "视力"),
    ("村医", "培训", "学员", "带教", "卫生院", "进修"),
    ("疫情", "防控", "核酸", "方舱", "驰援", "消毒"),
)


@pytest.fixture(scope="module")
def words() -> list[list[str]]:
    """Ninety texts, each mostly about one of three themes."""
    random = np.random.default_rng(3)
    texts = []
    for number in range(90):
        own = random.choice(THEMES[number % 3], 25).tolist()
        other = random.choice(THEMES[(number + 1) % 3], 4).tolist()
        texts.append(random.permutation(own + other).tolist())
    return texts


@pytest.fixture(scope="module")
def vocabulary() -> tuple[str, ...]:
    return tuple(word for theme in THEMES for word in theme)


@pytest.fixture(scope="module")
def counts(words, vocabulary) -> sparse.csr_array:
    return count_words(words, vocabulary)


@pytest.fixture(scope="module")
def model(counts, vocabulary) -> TopicModel:
    return fit_lda(counts, vocabulary, 3, seed=0)


def test_the_topics_that_are_there_are_found(model):
    found = {frozenset(word for word, _ in topic.words) for topic in model.topics(6)}
    assert found == {frozenset(theme) for theme in THEMES}


def test_topics_come_heaviest_first_with_shares_of_all_words(model):
    shares = [topic.share for topic in model.topics(1)]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert model.topic_term.sum(axis=1) == pytest.approx(np.ones(3))


def test_pages_get_the_topic_they_are_about(model, counts):
    main = model.infer(counts).argmax(axis=1)
    assert len({tuple(main[theme::3]) for theme in range(3)}) == 3
    assert all(len(set(main[theme::3])) == 1 for theme in range(3))


def test_inference_agrees_with_gensims(counts, vocabulary):
    from gensim.matutils import Sparse2Corpus

    corpus = Sparse2Corpus(sparse.csr_matrix(counts), documents_columns=False)
    reference = LdaModel(corpus, num_topics=3, passes=20, random_state=1, gamma_threshold=1e-6, iterations=500)
    ours = TopicModel(
        "gensim", vocabulary, reference.state.get_lambda(), reference.alpha, np.full(3, 1 / 3), ("a", "b", "c")
    )
    gamma, _ = reference.inference(corpus)
    assert ours.infer(counts) == pytest.approx(gamma / gamma.sum(axis=1, keepdims=True), abs=1e-3)


def test_a_page_has_the_same_topics_alone_as_among_others(model, counts):
    assert model.infer(counts[[7]]) == pytest.approx(model.infer(counts)[[7]])


def test_a_page_without_known_words_gets_the_prior(model):
    shares = model.infer(count_words([["陌生"]], model.vocabulary))
    assert shares[0] == pytest.approx(model.alpha / model.alpha.sum())


def test_the_same_seed_gives_the_same_model_and_another_one_another(model, counts, vocabulary):
    again = fit_lda(counts, vocabulary, 3, seed=0)
    other = fit_lda(counts, vocabulary, 3, seed=5)
    assert again.word_weights.tobytes() == model.word_weights.tobytes()
    assert other.word_weights.tobytes() != model.word_weights.tobytes()


def test_coherence_equals_gensims(words):
    # Texts with repeated words and longer than the windows, where gensim's own way of counting shows.
    long_texts = [list(itertools.chain.from_iterable(words[i : i + 9])) for i in range(0, 81, 3)]
    topics = [list(theme) for theme in THEMES] + [[theme[i] for theme in THEMES for i in (0, 1)]]
    dictionary = Dictionary(long_texts)
    expected = [
        CoherenceModel(
            topics=topics, texts=long_texts, dictionary=dictionary, coherence=name, processes=1
        ).get_coherence()
        for name in ("c_npmi", "c_v")
    ]
    npmi, c_v = coherence(topics, long_texts)
    assert npmi == pytest.approx(expected[0], abs=1e-6)
    assert c_v == pytest.approx(expected[1], abs=1e-3)


@pytest.mark.parametrize("pages", [1, 10, 100, 500, 3_000, 20_000, 1_000_000])
def test_every_corpus_gets_enough_updates(pages):
    plan = schedule(pages)
    updates = plan.passes * -(-pages // plan.chunk_size)
    assert updates >= 50
    assert 5 <= plan.passes <= 50
    if 256 <= pages <= 100_000:
        assert 200 <= updates <= 700


@pytest.mark.parametrize(
    ("rows", "number", "message"),
    [
        (2, 3, r"found 2 pages with words and 18 different words, expected at least as many of each as topics \(3\)"),
        (90, 19, r"found 90 pages with words and 18 different words"),
    ],
)
def test_more_topics_than_pages_or_words_are_refused(counts, vocabulary, rows, number, message):
    with pytest.raises(FittingError, match=message):
        fit_lda(counts[:rows], vocabulary, number, seed=0)


def test_topics_that_are_copies_of_each_other_are_an_error():
    same = sparse.csr_array(np.ones((40, 60), np.int32))
    with pytest.raises(
        FittingError, match=rf"copies of each other .*expected at least {COLLAPSED}.*lower topics.number"
    ):
        fit_lda(same, tuple(f"词{number}" for number in range(60)), 10, seed=0)


def test_diversity_counts_different_words(model):
    assert diversity(model, words=6) == 1.0
    copies = TopicModel("gensim", model.vocabulary, model.word_weights[[0, 0]], model.alpha[:2], model.shares[:2], ())
    assert diversity(copies, words=6) == 0.5


def test_perplexity_is_lower_for_texts_of_the_same_kind(model, counts):
    shuffled = sparse.csr_array(np.random.default_rng(0).permuted(counts.toarray(), axis=1))
    assert perplexity(model, counts) < 0.8 * perplexity(model, shuffled)


def test_stability_is_the_share_of_topics_that_stay(model, counts, vocabulary):
    other = fit_lda(counts, vocabulary, 3, seed=9)
    assert stability([model, other], words=6) == 1.0
    assert np.isnan(stability([model]))


def test_yearly_shares_leave_out_pages_without_a_date():
    shares = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    yearly = yearly_shares(shares, ["2019-05-01", None, "2021-01-01"])
    assert yearly.years == (2019, 2021)
    assert yearly.pages == (1, 1)
    assert yearly.shares.tolist() == [[1.0, 0.0], [0.5, 0.5]]
    assert yearly_shares(shares, [None] * 3).years == ()
