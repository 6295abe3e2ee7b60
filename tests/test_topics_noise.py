"""Where the text of topics comes from, and which topics look like scraped noise."""

import numpy as np
import pytest
from scipy import sparse

from aidtopics.topics import TopicModel
from aidtopics.topics.noise import topic_sources

WORDS = ("手术", "患者", "下载", "游戏")
COUNTS = sparse.csr_array(np.array([[5, 5, 0, 0]] * 4 + [[0, 0, 5, 5]] * 4))
SHARES = np.array([[0.9, 0.1]] * 4 + [[0.1, 0.9]] * 4)
WEIGHTS = np.array([[20, 20, 1, 1], [1, 1, 20, 20]], np.float32)
SITES = ["a.cn", "b.cn", "c.cn", "d.cn", "e.cn", "f.cn", "g.cn", "h.cn"]


@pytest.fixture
def model() -> TopicModel:
    halves = np.full(2, 0.5, np.float32)
    return TopicModel("nmf", WORDS, WEIGHTS, halves, halves, ("手术", "游戏"), ids=(0, 4))


def test_topics_of_many_sure_sites_are_not_suspicious(model):
    found = topic_sources(model, COUNTS, SHARES, [0.99] * 8, SITES, np.arange(8))
    assert [source.topic_id for source in found] == [0, 4]
    assert [source.suspicions for source in found] == [(), ()]
    assert found[0].aid_probability == pytest.approx(0.99)
    assert found[0].site_share == pytest.approx(0.9 / 4)
    assert found[0].reprint_share == 0


@pytest.mark.parametrize(
    ("probabilities", "sites", "clusters", "reason", "where"),
    [
        ([0.99] * 4 + [0.6] * 4, SITES, range(8), "mean probability of 0.64", ("e.cn", "f.cn", "g.cn")),
        ([0.99] * 8, [*SITES[:4], *["farm.cn"] * 4], range(8), "90% of it comes from one site", ("farm.cn",)),
        ([0.99] * 8, SITES, [0, 1, 2, 3, 4, 4, 4, 4], "68% of it are reprints", ("f.cn", "g.cn", "h.cn")),
    ],
    ids=["unsure", "one site", "reprints"],
)
def test_a_topic_of_noise_is_told_with_its_words_and_sites(model, probabilities, sites, clusters, reason, where):
    aid, noise = topic_sources(model, COUNTS, SHARES, probabilities, sites, np.array(clusters))
    assert aid.suspicions == ()
    (found,) = noise.suspicions
    assert reason in found.reason
    assert (set(found.words), found.sites) == ({"下载", "游戏"}, where)


def test_every_topic_of_a_crawl_of_one_site_is_that_site_s(model):
    found = topic_sources(model, COUNTS, SHARES, [0.99] * 8, ["a.cn"] * 8, np.arange(8))
    assert [(source.site, source.site_share, source.suspicions) for source in found] == [("a.cn", 1, ())] * 2


def test_what_is_not_known_is_not_told(model):
    for source in topic_sources(model, COUNTS, SHARES, [None] * 8, [None] * 8, np.arange(8)):
        assert (source.aid_probability, source.site, source.site_share, source.suspicions) == (None, None, None, ())
