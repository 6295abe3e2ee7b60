"""An experiment file: strict TOML, every table named after the module it drives."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aidtopics.errors import UsageError, nearest, problems

TopicEngine = Literal["nmf", "tomotopy", "gensim"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PagesTable(_Table):
    """Which pages the experiment reads."""

    paths: Annotated[list[str], Field(min_length=1)]  # files, folders, globs, relative to the experiment file


class SegmentTable(_Table):
    """How words are cut."""

    engine: Literal["rjieba", "jieba"] | None = None  # none: rjieba where installed
    words: str | None = None  # file of domain words; none: the one that comes along
    stop_words: str | None = None
    shortest: Annotated[int, Field(ge=1, le=10)] = 2  # characters
    phrases: bool = True  # join words that the pages nearly always show together
    chrome: bool = True  # leave out words that the classifier's rejected passages show to be web chrome
    names: bool = True  # leave out names of persons


class VectorizeTable(_Table):
    """How texts become numbers."""

    min_pages: Annotated[int, Field(ge=1)] = 3  # words in fewer pages are left out
    max_share: Annotated[float, Field(gt=0, le=1)] = 0.4  # words in a larger share of pages are left out
    max_words: Annotated[int, Field(ge=1)] | None = None
    bits: Annotated[int, Field(ge=10, le=20)] = 18  # log2 of the buckets of character n-grams
    compare: list[Literal["characters", "words"]] = []  # vectorizers to compare on the gold pages


class ThresholdTable(_Table):
    """What the page threshold is to reach in cross-validation: one of the two."""

    precision: Annotated[float, Field(gt=0, le=1)] | None = None
    recall: Annotated[float, Field(gt=0, le=1)] | None = None

    @model_validator(mode="after")
    def _one_figure(self) -> "ThresholdTable":
        if (self.precision is None) == (self.recall is None):
            raise ValueError("expected either {precision = ...} or {recall = ...}")
        return self


class ClassifyTable(_Table):
    """Where the classifier comes from, and how it is fitted."""

    model: str | None = None  # a saved one, relative to the experiment file
    train: bool = False  # fit on the gold labels of the pages
    answers: list[str] = []  # questions files of `aidtopics review` with a person's answers, to fit on beside the pages
    variants: Annotated[int, Field(ge=0, le=15)] = 3  # composed forms of each gold page
    folds: Annotated[int, Field(ge=3, le=20)] = 5
    kind_strength: Annotated[float, Field(gt=0)] = 10.0  # C of the passage kinds
    topic_strength: Annotated[float, Field(gt=0)] = 3.0  # C of the aid topic
    layout_scale: Annotated[float, Field(ge=0)] = 0.3
    threshold: ThresholdTable | None = None  # none: the best F1

    @model_validator(mode="after")
    def _one_source(self) -> "ClassifyTable":
        if self.train == (self.model is not None):
            raise ValueError('expected either model = "FOLDER" or train = true')
        if self.answers and not self.train:
            raise ValueError("answers are for fitting: expected train = true instead of a saved model")
        if self.threshold and not self.train:
            raise ValueError("found a threshold for a saved model, whose threshold is fixed; expected train = true")
        return self


class TopicsTable(_Table):
    """Which topics to fit."""

    of: Literal["aid", "all"] = "aid"
    engine: TopicEngine = "nmf"
    compare: list[TopicEngine] = []  # engines to fit the same number with, for a table
    number: Annotated[int, Field(ge=1, le=1000)] = 20
    numbers: list[Annotated[int, Field(ge=1, le=1000)]] = []  # a sweep beside the model of `number` topics
    seeds: Annotated[int, Field(ge=1, le=100)] = 3  # fits per number; stability needs two
    update: str | None = None  # a saved model to learn on from, relative to the experiment file
    previous: str | None = None  # a saved model whose ids and names the topics keep; none: the last run of this name

    @model_validator(mode="after")
    def _one_beginning(self) -> "TopicsTable":
        fields = type(self).model_fields
        fixed = [
            name
            for name in ("engine", "number", "numbers", "compare", "seeds", "previous")
            if getattr(self, name) != fields[name].get_default()
        ]
        if self.update is not None and fixed:
            raise ValueError(f"found {', '.join(fixed)} beside update; these come from the model that is updated")
        return self


class ScoresTable(_Table):
    """What a fitted classifier is judged on beside cross-validation."""

    held_out: list[str] = []  # gold files or folders that are never trained on
    learning_curve: bool = False  # fit again on 1/8, 1/4 and 1/2 of the sites; takes longer than the fit itself


class KeywordsTable(_Table):
    """A rule in place of a model: a page is aid if it has one programme word and some medical words."""

    programmes: Annotated[list[str], Field(min_length=1)]
    medical: Annotated[list[str], Field(min_length=1)]
    least: Annotated[int, Field(ge=1)] = 2  # different medical words


class AblationTable(_Table):
    """One variant of the classifier, judged beside it on the same folds."""

    name: Annotated[str, Field(min_length=1)]
    without: list[Literal["layout", "neighbours", "second_stage"]] = []
    units: Literal["characters", "words"] = "characters"
    smoothing: bool = False  # a linear chain of passage kinds
    bits: Annotated[int, Field(ge=10, le=20)] | None = None  # none: those of [vectorize]
    keywords: KeywordsTable | None = None


class Experiment(_Table):
    """A whole experiment; a table that is not there means that its part is not run."""

    name: Annotated[str, Field(pattern=r"^[\w-]+$")]
    seed: Annotated[int, Field(ge=0)] = 0
    jobs: int = -1  # processes; -1 for one a core
    pages: PagesTable
    segment: SegmentTable = SegmentTable()
    vectorize: VectorizeTable = VectorizeTable()
    classify: ClassifyTable | None = None
    topics: TopicsTable | None = None
    scores: ScoresTable = ScoresTable()
    ablation: list[AblationTable] = []

    @model_validator(mode="after")
    def _complete(self) -> "Experiment":
        if self.topics and self.topics.of == "aid" and self.classify is None:
            raise ValueError('topics.of = "aid" needs a [classify] table that says which classifier; or set of = "all"')
        if not (self.classify or self.topics or self.vectorize.compare):
            raise ValueError("nothing to do: expected a [classify] or [topics] table, or vectorize.compare")
        if self.ablation and not (self.classify and self.classify.train):
            raise ValueError("found [[ablation]], which varies a classifier; expected [classify] with train = true")
        return self

    def to_toml(self) -> str:
        """The resolved experiment, defaults included; what is not set stays out."""
        return tomli_w.dumps(self.model_dump(exclude_none=True))


def read_experiment(path: str | Path, settings: Sequence[str] = ()) -> Experiment:
    """Read an experiment file, with `table.key=value` settings laid over it.

    Paths come back absolute.

    Raises:
        UsageError: no such file, no TOML, or unknown or wrong keys; all problems are listed at once, an unknown key
        with
            the nearest known one.
    """
    path = Path(path)
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(
            f"found no experiment file {path}; expected a TOML file such as experiments/quickstart.toml"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"found no valid TOML in {path}: {error}") from error
    for setting in settings:
        _lay_over(tables, setting)
    try:
        experiment = Experiment.model_validate(tables)
    except ValidationError as error:
        raise UsageError(problems([_problem(detail) for detail in error.errors()], path)) from error
    return _with_absolute_paths(experiment, path.resolve().parent)


def _lay_over(tables: dict[str, Any], setting: str) -> None:
    name, equals, written = setting.partition("=")
    keys = name.strip().split(".")
    if not equals or not all(keys):
        raise UsageError(f"found --set {setting}, expected --set table.key=value")
    try:
        value = tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        value = written.strip()  # a bare word is a string; quotes would have to pass the shell
    table = tables
    for key in keys[:-1]:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise UsageError(f"found --set {setting}, but '{key}' is no table")
    table[keys[-1]] = value


def _problem(detail: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails is a TypedDict of its own core
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"unknown key '{place}'; {nearest(str(detail['loc'][-1]), _known_keys(detail['loc'][:-1]))}"
    if detail["type"] == "missing":
        return f"'{place}' is missing"
    message = detail["msg"].removeprefix("Value error, ")
    found = "" if isinstance(detail["input"], dict) else f"found {detail['input']!r}: "
    return f"{place + ': ' if place else ''}{found}{message}"


def _known_keys(place: Sequence[int | str]) -> list[str]:
    tables: dict[str, type[_Table]] = {
        "pages": PagesTable,
        "segment": SegmentTable,
        "vectorize": VectorizeTable,
        "classify": ClassifyTable,
        "topics": TopicsTable,
        "scores": ScoresTable,
        "threshold": ThresholdTable,
        "ablation": AblationTable,
        "keywords": KeywordsTable,
    }
    names = [part for part in place if isinstance(part, str)]
    return list((tables[names[-1]] if names else Experiment).model_fields)


def _with_absolute_paths(experiment: Experiment, folder: Path) -> Experiment:
    def absolute(path: str) -> str:
        return str((folder / path).resolve())

    changes: dict[str, Any] = {}
    paths: list[str] = []
    for written in experiment.pages.paths:
        pattern = folder / written
        matches = sorted(map(str, pattern.parent.glob(pattern.name))) if "*" in pattern.name else [absolute(written)]
        if not matches:
            raise UsageError(f"found no file for pages.paths '{written}' in {folder}")
        paths += matches
    changes["pages"] = experiment.pages.model_copy(update={"paths": paths})
    changes["segment"] = experiment.segment.model_copy(
        update={key: absolute(value) for key in ("words", "stop_words") if (value := getattr(experiment.segment, key))}
    )
    if table := experiment.classify:
        files: dict[str, Any] = {"answers": [absolute(path) for path in table.answers]}
        files |= {"model": absolute(table.model)} if table.model else {}
        changes["classify"] = table.model_copy(update=files)
    if topics := experiment.topics:
        models = {name: absolute(path) for name in ("update", "previous") if (path := getattr(topics, name))}
        changes["topics"] = topics.model_copy(update=models)
    held_out = [absolute(path) for path in experiment.scores.held_out]
    changes["scores"] = experiment.scores.model_copy(update={"held_out": held_out})
    return experiment.model_copy(update=changes)
