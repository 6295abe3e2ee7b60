import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidtopics.topics.groups import shares_by_group, shares_by_pair

SHARES = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.0, 1.0]])
ALONE = np.arange(4)


def by_group(groups, shares=SHARES, clusters=ALONE, **options):
    return shares_by_group(shares, groups, clusters, seed=0, **options)


def test_a_group_has_the_mean_of_its_pages():
    found = by_group([["2019"], ["2019"], ["2020"], []])
    assert (found.groups, found.pages) == (("2019", "2020"), (2, 1))
    np.testing.assert_allclose(found.shares, [[0.8, 0.2], [0.2, 0.8]])


def test_a_page_counts_in_every_group_it_belongs_to_and_once_in_each():
    found = by_group([["free clinic", "training", "training"], ["training"], [], []])
    assert dict(zip(found.groups, found.pages, strict=True)) == {"free clinic": 1, "training": 2}


def test_reprints_count_once():
    found = by_group([["a"]] * 4, clusters=np.array([0, 1, 1, 1]))
    assert found.pages == (2,)
    np.testing.assert_allclose(found.shares[0], (SHARES[0] + SHARES[1:].mean(axis=0)) / 2)


def test_the_interval_holds_the_share_and_narrows_with_pages():
    few = by_group([["a"]] * 4)
    many = shares_by_group(np.tile(SHARES, (25, 1)), [["a"]] * 100, np.arange(100), seed=0)
    assert (few.low <= few.shares).all() and (few.shares <= few.high).all()
    assert (many.high - many.low < few.high - few.low).all()


def test_the_interval_covers_the_true_share_about_as_often_as_it_says():
    random = np.random.default_rng(1)
    hits = 0
    for trial in range(200):
        first = random.beta(2, 3, size=40)
        found = shares_by_group(
            np.column_stack([first, 1 - first]), [["a"]] * 40, np.arange(40), seed=trial, replicates=400
        )
        hits += found.low[0, 0] <= 0.4 <= found.high[0, 0]
    assert 0.89 <= hits / 200 <= 0.99


def test_a_single_page_has_no_interval():
    found = by_group([["a"], [], [], []])
    assert np.isnan(found.low).all() and np.isnan(found.high).all()
    assert [row["low"] for row in found.rows()] == [None, None]


def test_fits_that_disagree_widen_the_interval():
    alike = np.stack([SHARES, SHARES])
    apart = np.stack([SHARES, SHARES[:, ::-1]])
    groups = [["a"]] * 4
    narrow, wide = by_group(groups, shares=alike), by_group(groups, shares=apart)
    np.testing.assert_allclose(wide.shares, narrow.shares)  # the first fit's
    assert (wide.high - wide.low >= narrow.high - narrow.low).all()


def test_the_same_seed_gives_the_same_table():
    np.testing.assert_array_equal(by_group([["a"]] * 4).low, by_group([["a"]] * 4).low)


def test_more_replicates_change_the_interval():
    groups = [["a"]] * 4
    assert (by_group(groups, replicates=20).low != by_group(groups, replicates=2000).low).any()


def test_no_group_gives_an_empty_table():
    found = by_group([[], [], [], []])
    assert found.groups == () and found.shares.shape == (0, 2) and list(found.rows()) == []


def test_lengths_that_do_not_agree_are_refused():
    with pytest.raises(ValueError, match="found 4 pages, groups of 1 and clusters of 4"):
        by_group([["a"]])


def test_the_table_has_a_row_for_each_group_and_topic():
    rows = list(by_group([["2019"], ["2019"], ["2020"], []]).rows())
    assert [(row["group"], row["topic"], row["share"], row["pages"]) for row in rows] == [
        ("2019", 0, 0.8, 2),
        ("2019", 1, 0.2, 2),
        ("2020", 0, 0.2, 1),
        ("2020", 1, 0.8, 1),
    ]


def test_who_helps_whom_by_topic():
    pairs = [[("江苏", "青海")], [("江苏", "青海"), ("江苏", "新疆")], [("北京", "青海")], []]
    table = shares_by_pair(SHARES, pairs, ALONE, seed=0)
    assert (table.donors, table.recipients) == (("江苏", "北京"), ("青海", "新疆"))
    np.testing.assert_array_equal(table.pages, [[2, 1], [1, 0]])
    np.testing.assert_allclose(table.shares[0, 0], [0.8, 0.2])
    assert np.isnan(table.shares[1, 1]).all()


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sets(st.sampled_from("abc")), st.floats(0, 1)), min_size=1, max_size=12)
)
def test_shares_sum_to_one_and_lie_in_their_interval(pages):
    clusters = np.array([cluster for cluster, _, _ in pages])
    first = np.array([share for _, _, share in pages])
    found = shares_by_group(
        np.column_stack([first, 1 - first]), [sorted(labels) for _, labels, _ in pages], clusters, 0, replicates=50
    )
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)
    several = np.array(found.pages, int) > 1
    assert (found.low[several] <= found.high[several]).all()
