"""Topic models: recovery of topics that are there, and figures against gensim's."""

import itertools
import re
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from gensim.corpora import Dictionary
from gensim.models import LdaModel
from gensim.models.coherencemodel import CoherenceModel
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from aidtopics.errors import FittingError
from aidtopics.segment import tokens_of
from aidtopics.topics import TopicModel
from aidtopics.topics.coherence import CoherenceCounts, count_windows
from aidtopics.topics.engines import COLLAPSED, ENGINES, fit_topics, update_topics, with_floors
from aidtopics.topics.gibbs import fit_gibbs, rounds
from aidtopics.topics.measures import Figures, diversity, overlaps, own_words, perplexity, stability
from aidtopics.topics.model import RELEVANCE, relevance_weights
from aidtopics.topics.online import schedule
from aidtopics.topics.projection import page_positions
from aidtopics.topics.start import divide, factorize
from aidtopics.topics.sweep import Plan, fit_plans, left_out, measure_fits, recommend, unseen_gain
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
    return count_words(tokens_of(words), vocabulary)


@pytest.fixture(scope="module", params=ENGINES)
def model(request, counts, vocabulary) -> TopicModel:
    return fit_topics(counts, vocabulary, 3, seed=0, engine=request.param)


@pytest.fixture(scope="module")
def one(counts, vocabulary) -> TopicModel:
    """A model where the engine makes no difference."""
    return fit_topics(counts, vocabulary, 3, seed=0, engine="nmf")


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
    assert model.infer(counts[[7]]) == pytest.approx(model.infer(counts)[[7]], abs=1e-9)


def test_a_page_without_known_words_gets_the_prior(model):
    shares = model.infer(count_words(tokens_of([["陌生"]]), model.vocabulary))
    assert shares[0] == pytest.approx(model.alpha / model.alpha.sum())


def test_shares_do_not_depend_on_how_pages_are_put_together(model, counts, monkeypatch):
    together = model.infer(counts)
    monkeypatch.setattr("aidtopics.topics.inference._BLOCK", 100)
    assert model.infer(counts) == pytest.approx(together, abs=1e-9)


def test_the_same_seed_gives_the_same_model(model, counts, vocabulary):
    again = fit_topics(counts, vocabulary, 3, seed=0, engine=model.engine)
    assert again.word_weights.tobytes() == model.word_weights.tobytes()
    assert again.alpha.tobytes() == model.alpha.tobytes()


def test_sampling_puts_every_token_somewhere_and_depends_on_the_seed():
    noise = sparse.csr_array(np.random.default_rng(0).poisson(1.0, (40, 18)).astype(np.int32))
    prior = np.full((3, 18), 0.5)
    first, again, second = (fit_gibbs(noise, prior, np.full(3, 0.1), seed)[0] for seed in (0, 0, 5))
    assert (first - prior).sum(axis=0) == pytest.approx(noise.sum(axis=0), abs=1e-3)
    assert first.tobytes() == again.tobytes() != second.tobytes()


def test_the_start_shares_out_every_token(counts):
    start = factorize(counts, 3, seed=0)
    assert start.min() >= 0
    assert start.sum(axis=0) == pytest.approx(counts.sum(axis=0), rel=1e-6)


def test_the_start_knows_words_that_the_factorization_left_out(counts, monkeypatch):
    monkeypatch.setattr("aidtopics.topics.start._WORDS", 9)
    start = factorize(counts, 3, seed=0)
    assert start.sum(axis=0) == pytest.approx(counts.sum(axis=0), rel=1e-6)
    assert {frozenset(np.flatnonzero(start.argmax(axis=0) == topic).tolist()) for topic in range(3)} == {
        frozenset(range(0, 6)), frozenset(range(6, 12)), frozenset(range(12, 18)),
    }  # fmt: skip


def test_tokens_are_divided_as_page_and_word_say():
    counts = sparse.csr_array(np.array([[4, 0], [2, 6]]))
    pages, words = np.array([[1.0, 1.0], [0.0, 2.0]]), np.array([[3.0, 1.0], [1.0, 1.0]])
    # Word 0: page 0 divides 4 as 3 to 1, page 1 gives all of its 2 to topic 1.
    assert divide(counts, pages, words).tolist() == [[3.0, 0.0], [3.0, 6.0]]


def test_learning_on_adds_new_pages_to_topics_that_keep_their_place(model, counts, vocabulary):
    new = count_words(tokens_of([["村医", "培训", "学员", "带教", "手术", "视力"] * 5] * 30), vocabulary)
    updated = update_topics(model, new, seen=90, seed=0)
    assert updated.names == model.names
    assert overlaps(updated, model, words=6).tolist() == [1.0] * 3
    assert updated.word_weights.sum() > model.word_weights.sum() * 1.05
    training = next(topic for topic, words in enumerate(model.words(6)) if "村医" in words)
    assert updated.shares[training] > model.shares[training] + 0.02
    assert updated.shares.sum() == pytest.approx(1, abs=1e-5)
    assert update_topics(model, new, seen=90, seed=0).word_weights.tobytes() == updated.word_weights.tobytes()


def test_telling_words_come_before_words_that_every_topic_has():
    weights = np.array([[30.0, 20.0, 0.1, 1.0], [30.0, 0.1, 20.0, 1.0]])
    model = TopicModel("nmf", ("医院", "白内障", "村医", "其他"), weights, np.ones(2), np.full(2, 0.5), ("甲", "乙"))
    assert [row[0] for row in model.words(2)] == ["白内障", "村医"]
    assert relevance_weights(weights, 1.0)[0] == pytest.approx(weights[0] / weights[0].sum())
    for topic, row in zip(model.topics(4), relevance_weights(weights, RELEVANCE), strict=True):
        assert [weight for _, weight in topic.words] == sorted(row.tolist(), reverse=True)
        assert sum(weight for _, weight in topic.words) == pytest.approx(1)


def test_pages_that_no_topic_fits_are_told(one, counts, words):
    model = with_floors(one, one.gain(counts, one.infer(counts)), np.ones(90))
    assert model.floors.gain > 0.1
    assert model.floors.known == 1.0
    strange = count_words(
        tokens_of([["白内障", "村医", "疫情", "眼科", "培训", "防控"] * 4, words[0]]), model.vocabulary
    )
    shares = model.infer(strange)
    assert model.fits(strange, shares, np.ones(2)).tolist() == [False, True]
    assert model.fits(strange, shares, np.full(2, 0.2)).tolist() == [False, False]
    assert one.fits(strange, shares, np.zeros(2)).tolist() == [True, True]  # without floors every page fits
    assert model.fits(counts, model.infer(counts), np.ones(90)).mean() >= 0.98


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
    found = CoherenceCounts(tokens_of(long_texts), itertools.chain.from_iterable(topics)).score(topics)
    assert np.mean(found.npmi) == pytest.approx(expected[0], abs=1e-6)
    assert np.mean(found.c_v) == pytest.approx(expected[1], abs=1e-3)


WINDOW_TEXTS = st.lists(st.lists(st.sampled_from("甲乙丙丁"), max_size=12), min_size=1, max_size=5)


@given(texts=WINDOW_TEXTS, size=st.integers(1, 6), stretch=st.integers(1, 8))
def test_windows_are_counted_as_one_by_one(texts, size, stretch):
    with mock.patch("aidtopics.topics.coherence._STRETCH", stretch):
        found = count_windows(tokens_of(texts), "甲乙丙", size)
    expected = np.zeros((3, 3), int)
    total = 0
    for text in filter(None, texts):
        for start in range(max(1, len(text) - size + 1)):
            total += 1
            present = _present(text, start, size)
            expected += np.outer(present, present)
    assert found.windows == total
    assert found.together.tolist() == expected.tolist()


def _present(text: list[str], start: int, size: int) -> np.ndarray:
    """Which of 甲乙丙 gensim counts for a window: a word leaves with its first token, though a second one may stay."""
    held = set(text[:size])
    for place in range(1, start + 1):
        held.discard(text[place - 1])
        held.add(text[place + size - 1])
    return np.array([word in held for word in "甲乙丙"], int)


def test_coherence_of_words_that_never_occur_is_nothing():
    found = CoherenceCounts(tokens_of([["甲", "乙"]]), "丙丁").score([["丙", "丁"]])
    assert found.npmi == (0.0,)
    assert found.c_v == (0.0,)


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
        fit_topics(counts[:rows], vocabulary, number, seed=0, engine="nmf")


@pytest.mark.parametrize("engine", ENGINES)
def test_more_topics_than_ways_in_which_pages_differ_are_refused(engine):
    # Two pages of the same single word: the second singular vector is not there, and its topic would be NaN.
    same = sparse.csr_array(np.array([[0, 3], [0, 0], [0, 2]], np.int32))
    with pytest.raises(FittingError, match=r"differ in fewer ways than 2 topics need.*lower topics.number"):
        fit_topics(same, ("义诊", "手术"), 2, seed=0, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_topics_that_are_copies_of_each_other_are_an_error(engine, monkeypatch):
    # Every page and every start alike: nothing tells topics apart.
    monkeypatch.setattr("aidtopics.topics.engines.factorize", lambda counts, number, seed: np.ones((number, 60)))
    monkeypatch.setattr("aidtopics.topics.gibbs._WORK", 1)
    same = sparse.csr_array(np.full((40, 60), 20, np.int32) * np.arange(1, 61))
    with pytest.raises(
        FittingError, match=rf"copies of each other .*expected at least {COLLAPSED}.*lower topics.number"
    ):
        fit_topics(same, tuple(f"词{number}" for number in range(60)), 10, seed=0, engine=engine)


@pytest.mark.parametrize("tokens", [0, 100, 50_000, 200_000, 10_000_000])
def test_small_corpora_are_sampled_more_often(tokens):
    assert 50 <= rounds(tokens) <= 1000
    assert rounds(tokens) >= rounds(2 * tokens)


def test_diversity_counts_different_words(model):
    assert diversity(model, words=6) == 1.0
    assert own_words(model, words=6).tolist() == [1.0] * 3
    copies = replace(model, word_weights=model.word_weights[[0, 0, 1]])
    assert diversity(copies, words=6) == pytest.approx(2 / 3)
    assert own_words(copies, words=6).tolist() == [0.0, 0.0, 1.0]


def test_perplexity_is_lower_for_texts_of_the_same_kind(model, counts):
    shuffled = sparse.csr_array(np.random.default_rng(0).permuted(counts.toarray(), axis=1))
    assert 1 < perplexity(model, counts, 0) < 0.8 * perplexity(model, shuffled, 0)
    assert np.isnan(perplexity(model, counts[:0], 0))


def test_stability_is_the_share_of_topics_that_stay(model, counts, vocabulary):
    other = fit_topics(counts, vocabulary, 3, seed=9, engine=model.engine)
    assert stability([model, other], words=6) == 1.0
    assert np.isnan(stability([model]))
    swapped = replace(model, word_weights=model.word_weights[[2, 0, 1]])
    assert overlaps(model, swapped, words=6).tolist() == [1.0] * 3
    lost = replace(model, word_weights=model.word_weights[:2], alpha=model.alpha[:2])
    assert sorted(overlaps(model, lost, words=6).tolist()) == [0.0, 1.0, 1.0]


def test_a_sweep_measures_every_fit_and_tells_what_failed(counts, vocabulary, words):
    plans = [Plan("nmf", number, seed) for number in (2, 3, 19) for seed in (0, 1)]
    fits = list(fit_plans(counts, vocabulary, plans, jobs=1))
    assert [fit.plan for fit in fits] == plans
    assert [fit.model is None for fit in fits] == [False] * 4 + [True] * 2
    assert re.search(r"topics \(19\)", fits[-1].error or "")
    figures = measure_fits(fits, counts, tokens_of(words))
    assert figures[4:] == [None, None]
    three = figures[2]
    assert three is not None
    assert [topic.topic_id for topic in three.topics] == [0, 1, 2]
    assert np.mean([topic.npmi for topic in three.topics]) == pytest.approx(three.npmi)
    assert (three.stability, three.robustness) == (1.0, 1.0)
    assert 1 < three.perplexity < figures[0].perplexity
    found = recommend([plan.number for plan in plans], figures)
    assert found.number == 3
    assert found.reason.startswith("of 2 numbers, 3 topics rank best on average (")
    assert "coherence 1" in found.reason
    assert "no model of 19 topics" in found.reason


def test_pages_left_out_say_how_well_topics_fit(counts, vocabulary):
    plans = [Plan("nmf", 3, 0), Plan("nmf", 3, 1), Plan("nmf", 2, 0)]
    fits = list(fit_plans(counts, vocabulary, plans, jobs=1))
    gain, pages = unseen_gain(fits, plans[0], counts)
    assert len(gain) == len(pages) == 18
    assert set(pages.tolist()) == {n for seed in (0, 1) for n in np.flatnonzero(left_out(90, seed)).tolist()}
    assert gain.min() > 0
    few = counts[:30]
    fits = list(fit_plans(few, vocabulary, plans[:1], jobs=1))
    gain, pages = unseen_gain(fits, plans[0], few)
    assert pages.tolist() == list(range(30))


def test_two_processes_fit_what_one_does(counts, vocabulary):
    plans = [Plan("nmf", 3, 0), Plan("tomotopy", 3, 1)]
    one, two = ([fit.model for fit in fit_plans(counts, vocabulary, plans, jobs)] for jobs in (1, 2))
    assert [m and m.word_weights.tobytes() for m in one] == [m and m.word_weights.tobytes() for m in two]


FLAT = Figures(npmi=0.1, c_v=0.5, diversity=0.9, stability=0.8, robustness=0.8, perplexity=900.0, topics=())


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"npmi": 0.3, "c_v": 0.7, "diversity": 0.95, "stability": 0.9}, 20),
        ({"perplexity": 100.0, "diversity": 0.5}, 10),  # no better on the whole: fewer are easier to read
        ({"npmi": -0.3, "c_v": 0.1}, 10),
        ({"npmi": 0.3, "c_v": 0.7, "perplexity": 100.0, "stability": float("nan"), "robustness": float("nan")}, 20),
    ],
)
def test_the_number_with_the_best_ranks_is_recommended(changes, number):
    assert recommend([10, 20], [FLAT, replace(FLAT, **changes)]).number == number


def test_no_number_is_recommended_where_every_fit_failed():
    with pytest.raises(FittingError, match="found no number of topics of which every fit succeeded"):
        recommend([10], [None])


@pytest.mark.parametrize(("pages", "number"), [(0, None), (49, None), (50, 5), (309, 30)])
def test_a_tenth_of_the_pages_is_left_out(pages, number):
    out = left_out(pages, seed=1)
    assert (None if out is None else int(out.sum())) == number


@pytest.mark.parametrize(("pages", "topics"), [(1, 3), (2, 1), (12, 4), (13, 1), (40, 4)])
def test_every_page_has_a_place_on_the_map_and_the_same_again(pages, topics):
    shares = np.random.default_rng(0).dirichlet(np.full(topics, 0.2), pages)
    places = page_positions(shares, seed=1)
    assert places.shape == (pages, 2)
    assert np.isfinite(places).all()
    assert (page_positions(shares, seed=1) == places).all()


def test_pages_of_one_topic_lie_together_on_the_map():
    main = np.arange(60) % 3
    places = page_positions(np.eye(3)[main] * 0.9 + np.random.default_rng(0).dirichlet(np.ones(3), 60) * 0.1, seed=0)
    distance = np.linalg.norm(places[:, np.newaxis] - places, axis=2) + np.eye(60) * 1e9
    assert (main[distance.argmin(axis=1)] == main).all()
