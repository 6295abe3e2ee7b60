"""Duplicates: mirrors and reprints meet, different pages stay apart, and groups join what must not be split."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidtopics.duplicates import SIMILARITY, clusters, near_duplicates, split_groups

EYES = (
    "四月的牧区还下着雪，眼科医疗队已经在县医院住下。队长带着五名医生和两台显微镜，用十二天看完了全县登记的白内障病人。"
    "七十一岁的老牧民拆开纱布时，先认出了站在床边的孙女。手术费由项目承担，病人只需带上身份证。"
    "离开之前，医疗队把一台裂隙灯留给了县医院，还约好每季度来一次，带着本地医生一起做手术。"
)
TRAINING = (
    "为期半年的进修班昨天在省城开课，二十六名来自山区卫生院的医生将轮流进入急诊、儿科和影像科。"
    "主办方说，课程按照乡镇最常见的四十种病来排，每名学员都有一位固定的老师。"
    "结业之后老师不会离开，遇到疑难病人时，学员可以通过远程会诊系统随时请教。"
)
ROAD = (
    "通往三个村的水泥路上周铺好了，运蔬菜的卡车不必再绕行二十公里。"
    "施工队赶在雨季之前完成了最后一段，村民自发给工人送来了热茶。"
    "镇里计划明年再修两座小桥，让学生上学时不用蹚水过河。"
)
# The same article on a mirror: white space and marks changed, a sentence about the site in front.
MIRROR = "本站讯：" + EYES.replace("，", ",").replace("。", "。\n  ").replace("、", " ")
REPRINT = "来源：边城健康报　编辑：李晓东\n" + EYES + "\n转载请注明出处。"

untimed = settings(deadline=None, max_examples=25)  # datasketch is imported at the first call


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        pytest.param([EYES, EYES], [0, 0], id="copy"),
        pytest.param([EYES, MIRROR], [0, 0], id="mirror"),
        pytest.param([EYES, REPRINT], [0, 0], id="reprint with byline and notice"),
        pytest.param([MIRROR, REPRINT], [0, 0], id="mirror and reprint"),
        pytest.param([EYES, TRAINING, ROAD], [0, 1, 2], id="different articles"),
        pytest.param([TRAINING, EYES, ROAD, MIRROR, TRAINING], [0, 1, 2, 1, 0], id="in order of appearance"),
        pytest.param([EYES, EYES[:40]], [0, 1], id="a short quotation is no reprint"),
        pytest.param(["义诊", "义诊", "捐赠"], [0, 0, 1], id="shorter than a shingle"),
        pytest.param([EYES], [0], id="one"),
        pytest.param([], [], id="none"),
    ],
)
def test_clusters(texts, wanted):
    found = clusters(texts)
    assert found.tolist() == wanted
    assert found.shape == (len(texts),)
    assert np.issubdtype(found.dtype, np.integer)


def test_pairs_say_how_similar_they_are_most_similar_first():
    copy, reprint = near_duplicates([EYES, ROAD, REPRINT, "".join(EYES.split("，"))])[:2]
    assert (copy.first, copy.second, copy.similarity) == (0, 3, 1.0)
    assert (reprint.first, reprint.second) == (0, 2)
    assert SIMILARITY <= reprint.similarity < 1
    assert near_duplicates([EYES, TRAINING, ROAD, "", ""]) == ()


def test_white_space_and_marks_do_not_count():
    spaced = " ".join(EYES)
    unmarked = "".join(character for character in EYES if character.isalnum())
    assert clusters([EYES, spaced, unmarked]).tolist() == [0, 0, 0]


def test_empty_texts_do_not_join_pages_with_content():
    empty, content, blank = clusters(["", EYES, " \n，。"]).tolist()
    assert content not in (empty, blank)


@untimed
@given(st.permutations([EYES, MIRROR, REPRINT, TRAINING, ROAD]))
def test_order_changes_only_the_numbers(texts):
    found = dict(zip(texts, clusters(texts).tolist(), strict=True))
    assert found[EYES] == found[MIRROR] == found[REPRINT]
    assert len(set(found.values())) == 3


@untimed
@given(st.lists(st.sampled_from([EYES, MIRROR, TRAINING, ROAD, "", "义诊"]) | st.text(max_size=20), max_size=8))
def test_numbers_count_up_in_order_of_appearance(texts):
    found = clusters(texts).tolist()
    assert list(dict.fromkeys(found)) == list(range(len(set(found))))
    for text in texts:
        if not any(map(str.isalnum, text)):
            continue  # says nothing, so it is nobody's copy
        assert len({number for number, other in zip(found, texts, strict=True) if other == text}) == 1


@pytest.mark.parametrize(
    ("sites", "texts", "wanted"),
    [
        pytest.param(["a", "b", "c"], [EYES, TRAINING, ROAD], [0, 1, 2], id="nothing shared"),
        pytest.param(["a", "b", "a"], [EYES, TRAINING, ROAD], [0, 1, 0], id="one site"),
        pytest.param(["a", "b", "c"], [EYES, TRAINING, MIRROR], [0, 1, 0], id="one article"),
        pytest.param(
            ["a", "b", "b", "c"], [EYES, MIRROR, TRAINING, ROAD], [0, 0, 0, 1], id="a mirror joins its whole site"
        ),
        pytest.param(
            ["a", "b", "b", "c"], [EYES, MIRROR, TRAINING, TRAINING], [0, 0, 0, 0], id="a chain of mirrors and sites"
        ),
        pytest.param([], [], [], id="none"),
    ],
)
def test_split_groups(sites, texts, wanted):
    found = split_groups(sites, texts)
    assert found.tolist() == wanted
    assert found.shape == (len(texts),)


pages = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([EYES, MIRROR, TRAINING, ROAD])), max_size=10)


@untimed
@given(pages)
def test_no_site_and_no_duplicate_stands_in_two_groups(rows):
    sites, texts = [site for site, _ in rows], [text for _, text in rows]
    groups = split_groups(sites, texts).tolist()
    for shared in (sites, clusters(texts).tolist()):
        assert len(set(zip(shared, groups, strict=True))) == len(set(shared))
