"""The grid the corpus is written into: what kinds of aid page and of noise page there are, and how they may be told.

A page's cell names one value on each axis of its label. How long a page is, of which year, and how much stands around
its article is read off the page itself (`coverage`).
"""

from collections.abc import Mapping

from aidtopics.errors import nearest
from aidtopics.records import Label

PROGRAMMES = (
    "paired hospitals",  # a strong hospital lifts a county's or township's: 对口支援、组团式帮扶、托管、医联体下沉
    "aid to Xinjiang",
    "aid to Tibet and Qinghai",
    "east-west cooperation",  # 东西部协作 in health
    "teams abroad",
    "free clinic",  # 义诊, touring and mobile clinics, students' summer service
    "eye surgery",
    "heart surgery",
    "cleft lip surgery",
    "endemic disease",  # hydatid disease, Kashin-Beck disease, brucellosis
    "women and children",  # two cancers, midwives, Mother's Health Express, newborn screening
    "rehabilitation",  # hearing, prostheses, cerebral palsy
    "dialysis and chronic disease",
    "other treatment",  # leukaemia, rare diseases, dust lung, tuberculosis, scoliosis
    "mental health",
    "equipment and money",
    "tele-medicine",
    "training",
    "health poverty relief",
    "epidemic team",
    "disaster team",
)
GENRES = (
    "county hospital news",
    "hospital news",  # of city and teaching hospitals
    "local government news",  # county, city, prefecture and their bureaus
    "provincial government news",
    "national agency news",
    "newspaper news",
    "feature",
    "television script",
    "charity report",  # foundations, Red Cross, federations
    "organisation news",  # companies, parties, universities, unions, army
    "official account",
    "diary",
    "letter",
    "interview",
    "commentary",
    "speech",
    "statistics round-up",
    "photo captions",
    "notice of a free clinic",  # or of free treatment: who may come, where, when
    "circular",  # from office to office: orders, commendations, reports upward
    "brief",  # a hundred characters or two
    "long report",  # two to three thousand characters
)
REGIONS = (  # where the aid goes
    *("Anhui", "Beijing", "Chongqing", "Fujian", "Gansu", "Guangdong", "Guangxi", "Guizhou", "Hainan", "Hebei"),
    *("Heilongjiang", "Henan", "Hong Kong and Macao", "Hubei", "Hunan", "Inner Mongolia", "Jiangsu", "Jiangxi"),
    *("Jilin", "Liaoning", "Ningxia", "Qinghai", "Shaanxi", "Shandong", "Shanghai", "Shanxi", "Sichuan", "Taiwan"),
    *("Tianjin", "Tibet", "Xinjiang", "Yunnan", "Zhejiang", "several provinces"),
    *("Africa", "America", "Asia abroad", "Oceania"),
)
STYLES = ("officialese", "plain", "dry", "warm", "literary", "colloquial", "promotional")

NOISE = (
    "power aid",
    "education aid",
    "farming aid",
    "industry aid",
    "other aid without health",  # water, housing, roads, culture, cadres, legal aid, food
    "aid round-up",  # 援疆、援藏、协作: everything, health a line
    "about aid",  # its history, rules, research; calls for applicants
    "charity without health",
    "officials visiting hospitals",
    "insurance policy",
    "medical alliance policy",  # 医联体、医共体 for everybody
    "other health policy",
    "health administration",  # a bureau's inspections, drills, campaigns
    "hospital affairs",
    "blood donation",
    "epidemic without aid",
    "disaster without aid",
    "research and congresses",
    "health tips",
    "encyclopaedia",
    "tender",
    "recruitment",
    "advert",
    "notice",
    "party and meetings",
    "school and exams",
    "film and books",
    "sport",
    "weather",
    "courts",
    "companies and markets",
    "world and politics",
    "local news",
    "tourism",
    "leisure",  # games, recipes, horoscopes, novels
    "headline list",
    "SEO farm",
    "forum",
    "download site",
    "shop",
    "blog",
    "portal service",  # menus, forms, errors, look-ups
)
TRADES = (  # whose page it is
    "hospital",
    "health authority",
    "government",
    "newspaper",
    "agency",
    "television",
    "charity",
    "association",  # societies, parties, unions, federations
    "army",
    "company",
    "school",
    "court and law",
    "official account",
    "portal",
    "platform",  # of tenders and jobs
    "reference site",
    "shop",
    "forum",
    "blog",
    "download site",
    "farm",
)
NOISE_STYLES = (
    "news",
    "brief",
    "feature",
    "officialese",
    "document",
    "notice",
    "speech",
    "script",
    "advert",
    "list",
    "questions and answers",
    "conversation",
    "reference",
    "personal",
)

AXES: dict[Label, dict[str, tuple[str, ...]]] = {
    Label.AID: {"programme": PROGRAMMES, "genre": GENRES, "region": REGIONS, "style": STYLES},
    Label.NOISE: {"noise": NOISE, "trade": TRADES, "style": NOISE_STYLES},
}


def cell_problems(cell: Mapping[str, object], label: Label) -> list[str]:
    """What keeps a cell from being a cell of the grid: axes missing or unknown, values not on their axis."""
    axes = AXES[label]
    wrong = [f"found no {axis} in the cell" for axis in axes if axis not in cell]
    for axis, value in cell.items():
        if axis not in axes:
            wrong.append(f"found axis {axis!r} in the cell of a page labelled {label}; {nearest(axis, axes)}")
        elif value not in axes[axis]:
            wrong.append(f"found {axis} {value!r}; {nearest(str(value), axes[axis])}")
    return wrong
