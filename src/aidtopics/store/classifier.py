"""A classifier as a model folder, and back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from aidtopics.classify import KINDS, Classifier, Decision, Feature, FirstStage, SecondStage
from aidtopics.classify.block import LAYOUT_FEATURES
from aidtopics.classify.drift import BINS, MEASURES, PAIR_BITS, Reference
from aidtopics.classify.model import KIND_SHIFT, OF_NEIGHBOURS, PAGE_COLUMNS
from aidtopics.errors import ModelError
from aidtopics.records import LabelledPage
from aidtopics.store.folder import CARD, GOLDEN, Manifest, pack_arrays, read_folder, unpack_arrays, write_folder

_WEIGHTS = "weights.npz"
_FEATURES = "features.json"
_REFERENCE = "reference.npz"
_ARRAYS = (
    "kinds",
    "layout",
    "intercepts",
    "topic",
    "topic_intercept",
    "page",
    "page_intercept",
    "on_aid",
    "on_aid_intercepts",
    "on_noise",
    "on_noise_intercepts",
)


@dataclass(frozen=True, slots=True)
class SavedClassifier:
    """A classifier with what its folder says of it."""

    classifier: Classifier
    manifest: Manifest
    features: tuple[Feature, ...]  # strongest per decision
    reference: Reference | None  # what the pages of training were like; none in a folder of format 1
    golden: tuple[dict[str, Any], ...]  # pages with their expected output
    card: str


def save_classifier(
    folder: Path,
    classifier: Classifier,
    manifest: Manifest,
    features: Sequence[Feature],
    golden: Sequence[LabelledPage],
    card: str,
    reference: Reference | None,
) -> None:
    """Write a classifier with its golden pages, its card, and what its training pages were like."""
    first, second = classifier.first, classifier.second
    arrays: dict[str, npt.NDArray[Any]] = {
        # Half precision halves the folder; training has rounded to it already.
        "kinds": first.kinds.astype(np.float16),
        "topic": first.topic.astype(np.float16),
        "layout": first.layout,
        "intercepts": first.intercepts,
        "topic_intercept": np.array(first.topic_intercept, np.float64),
        "page": second.page,
        "page_intercept": np.array(second.page_intercept, np.float64),
        "on_aid": second.on_aid,
        "on_aid_intercepts": second.on_aid_intercepts,
        "on_noise": second.on_noise,
        "on_noise_intercepts": second.on_noise_intercepts,
    }
    files = {
        _WEIGHTS: pack_arrays(arrays),
        _FEATURES: orjson.dumps([asdict(feature) for feature in features], option=orjson.OPT_INDENT_2),
        GOLDEN: b"".join(orjson.dumps(golden_row(page), option=orjson.OPT_APPEND_NEWLINE) for page in golden),
        CARD: card.encode("utf-8"),
    }
    if reference is not None:
        files[_REFERENCE] = pack_arrays(
            {"pairs": np.packbits(reference.pairs), "counts": reference.counts.astype(np.int32)}
        )
    write_folder(folder, manifest, files)


def load_classifier(folder: str | Path) -> SavedClassifier:
    """Read a classifier.

    Raises:
        ModelError: no classifier there, or one that is damaged or was made for other features.
    """
    manifest, files = read_folder(folder, "classifier")
    arrays = unpack_arrays(files[_WEIGHTS], _ARRAYS)
    first = FirstStage(
        kinds=arrays["kinds"].astype(np.float32),
        layout=arrays["layout"],
        intercepts=arrays["intercepts"],
        topic=arrays["topic"].astype(np.float32),
        topic_intercept=float(arrays["topic_intercept"]),
    )
    second = SecondStage(
        page=arrays["page"],
        page_intercept=float(arrays["page_intercept"]),
        on_aid=arrays["on_aid"],
        on_aid_intercepts=arrays["on_aid_intercepts"],
        on_noise=arrays["on_noise"],
        on_noise_intercepts=arrays["on_noise_intercepts"],
    )
    expected = {
        "n-grams": (first.topic.shape, ((1 << first.bits) + 1,)),
        "kinds": (first.kinds.shape, ((1 << first.bits - KIND_SHIFT) + 1, len(KINDS))),
        "page": (second.page.shape, (len(PAGE_COLUMNS),)),
        "layout": (first.layout.shape, (len(LAYOUT_FEATURES), len(KINDS))),
        "kinds on a page": (second.on_aid.shape, (len(OF_NEIGHBOURS), len(KINDS))),
    }
    wrong = [f"{name} {found} instead of {wanted}" for name, (found, wanted) in expected.items() if found != wanted]
    if wrong or first.kinds[-1].any() or first.topic[-1]:
        raise ModelError(f"found a classifier in {folder} for other features ({'; '.join(wrong)}); fit it again")
    try:
        decision = Decision(**manifest.decision)
        features = tuple(Feature(**{"share": None, **row}) for row in orjson.loads(files[_FEATURES]))
        golden = tuple(orjson.loads(line) for line in files[GOLDEN].splitlines())
    except (TypeError, orjson.JSONDecodeError) as error:
        raise ModelError(f"found a classifier in {folder} that can't be read ({error}); fit it again") from error
    return SavedClassifier(
        Classifier(first, second, decision),
        manifest,
        features,
        _reference(folder, files.get(_REFERENCE)),
        golden,
        files[CARD].decode("utf-8"),
    )


def _reference(folder: str | Path, content: bytes | None) -> Reference | None:
    if content is None:
        return None
    arrays = unpack_arrays(content, ("pairs", "counts"))
    pairs, counts = np.unpackbits(arrays["pairs"].astype(np.uint8)).astype(bool), arrays["counts"].astype(np.int64)
    if len(pairs) != 1 << PAIR_BITS or counts.shape != (len(MEASURES), BINS):
        raise ModelError(f"found a classifier in {folder} with a reference for other measures; fit it again")
    return Reference(pairs, counts)


def golden_row(page: LabelledPage) -> dict[str, Any]:
    """A page's text with what a correct installation makes of it."""
    return {
        "page_id": page.page.page_id,
        "text": page.page.text,
        "label": page.label,
        "aid_probability": round(page.aid_probability, 5),
        "passages": [[p.start, p.end, p.kind, p.label] for p in page.passages],
    }
