"""The layout of a model folder, written whole or not at all, and checked when read."""

import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from aidtopics.errors import ModelError

# Raise it when the meaning of a file changes; older numbers that can still be read stand in `_UPGRADES`.
# 2: a classifier has a reference for drift, and its features say how much of their bucket they are.
# 3: a topic model has phrases, and its topics have ids that need not count up from 0.
FORMAT = 3
_UPGRADES: frozenset[int] = frozenset({1, 2})
MANIFEST = "manifest.json"
CARD = "card.md"
GOLDEN = "golden.jsonl"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model folder says of itself."""

    kind: str  # "classifier" or "topics"
    corpus: dict[str, Any]  # hash and counts of the gold pages it was fitted on
    settings: dict[str, Any]  # the tables of the experiment that shaped it
    settings_hash: str
    metrics: dict[str, Any]
    decision: dict[str, float] = field(default_factory=dict)  # thresholds
    format: int = FORMAT
    aidtopics: str = ""
    versions: dict[str, str] = field(default_factory=dict)  # of the packages that fitted it
    files: dict[str, str] = field(default_factory=dict)  # SHA-256 of every other file


def settings_hash(settings: Mapping[str, Any]) -> str:
    """SHA-256 of settings, whatever the order of their keys."""
    return hashlib.sha256(orjson.dumps(settings, option=orjson.OPT_SORT_KEYS)).hexdigest()


def write_folder(
    folder: Path, manifest: Manifest, files: Mapping[str, bytes], editable: Mapping[str, bytes] | None = None
) -> None:
    """Write a model folder; an older one of the same name is replaced only when the new one is complete.

    Args:
        editable: files that a person may change, so that the manifest has no hash of them.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        for name, content in (*files.items(), *(editable or {}).items()):
            (fresh / name).write_bytes(content)
        row = {name: getattr(manifest, name) for name in Manifest.__slots__}
        row |= {
            "aidtopics": _version("aidtopics"),
            "versions": {package: _version(package) for package in _packages(manifest)},
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        }
        (fresh / MANIFEST).write_bytes(
            orjson.dumps(row, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        )
        replace_folder(fresh, folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def replace_folder(fresh: Path, folder: Path) -> None:
    """Put a complete folder in the place of an older one, which stays if that fails."""
    old = fresh.with_name(fresh.name + "-old")
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def read_manifest(folder: str | Path) -> Manifest:
    """Read what a model folder says of itself.

    Raises:
        ModelError: not a model folder, or of a format this version does not know.
    """
    path = Path(folder) / MANIFEST
    try:
        row = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(
            f"found no model in {folder} ({MANIFEST} is missing); expected a folder that 'aidtopics run' wrote"
        ) from error
    except orjson.JSONDecodeError as error:
        raise ModelError(f"found a damaged {path} ({error}); copy the model folder again") from error
    found = row.get("format") if isinstance(row, dict) else None
    if found != FORMAT and found not in _UPGRADES:
        raise ModelError(f"found a model of format {found} in {folder}, expected {FORMAT}; update aidtopics or refit")
    try:
        return Manifest(**row)
    except TypeError as error:
        raise ModelError(f"found a manifest with other fields than expected in {path} ({error})") from error


def model_kind(folder: str | Path) -> str:
    """'classifier' or 'topics'. Raises ModelError if the folder is no model."""
    return read_manifest(folder).kind


def read_card(folder: str | Path) -> str:
    """The card of a model folder. Raises ModelError if the folder is no model."""
    read_manifest(folder)
    try:
        return (Path(folder) / CARD).read_text("utf-8")
    except OSError as error:
        raise ModelError(f"found no {CARD} in {folder}; copy or fit the model again") from error


def read_folder(folder: str | Path, kind: str) -> tuple[Manifest, dict[str, bytes]]:
    """All files of a model folder, their hashes checked.

    Raises:
        ModelError: no such model, one of another kind, or a file that is missing or was altered.
    """
    manifest = read_manifest(folder)
    if manifest.kind != kind:
        raise ModelError(f"found a {manifest.kind} model in {folder}, expected a {kind} model")
    files, wrong = {}, []
    for name, digest in manifest.files.items():
        path = Path(folder) / name
        # A name from a stranger's manifest must not lead out of the folder.
        if Path(name).name != name or not path.is_file():
            wrong.append(f"{name} is missing")
            continue
        files[name] = path.read_bytes()
        if hashlib.sha256(files[name]).hexdigest() != digest:
            wrong.append(f"{name} was altered")
    if wrong:
        raise ModelError(f"found a model folder {folder} that is not whole: {', '.join(wrong)}; copy or fit it again")
    return manifest, files


def pack_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Arrays as one compressed .npz, the same bytes for the same arrays."""
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def unpack_arrays(content: bytes, names: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
    """Arrays of an .npz, never unpickled.

    Raises:
        ModelError: damaged, or an array is missing or of a type that is not plain numbers.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise ModelError(f"found arrays that can't be read ({error}); copy or fit the model again") from error


def default_model(name: str) -> Path:
    """A model that comes along: beside the package in a wheel, in the checkout's `models` otherwise.

    Raises:
        ModelError: it is at neither place.
    """
    package = Path(__file__).resolve().parents[1]
    for place in (package / "models" / name, package.parents[1] / "models" / name):
        if (place / MANIFEST).is_file():
            return place
    raise ModelError(f"found no model '{name}' beside the package; name one with --model")


def _packages(manifest: Manifest) -> tuple[str, ...]:
    packages = ["numpy", "scipy", "opencc", "scikit-learn"]
    if manifest.kind == "topics":
        # The settings' engines are named as their packages are; NMF is scikit-learn's.
        engines = {manifest.settings.get(table, {}).get("engine") for table in ("segment", "topics")}
        packages += ["jieba", *sorted(engines & {"rjieba", "gensim", "tomotopy"})]
    return tuple(packages)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
