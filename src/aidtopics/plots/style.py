"""How all figures look: a Chinese font on every machine, colours that tell apart in print."""

import functools
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aidtopics.errors import AidtopicsError

# Okabe and Ito (2008): distinct for colour-blind readers and in grey print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6A3D9A", "#7F7F7F")
# Drawn beside the colours, so that lines of equal colour still differ.
LINES = ("-", "--", "-.", ":")
_DPI = 150


@contextmanager
def drawing() -> Iterator[None]:
    """Settings for creating and for saving a figure; nothing of the process's own settings is changed."""
    import matplotlib as mpl

    settings = {
        # The second family has the signs that the first lacks.
        "font.family": [_chinese_family(), "DejaVu Sans"],
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 12,
        "axes.labelsize": 10,
        "font.size": 9,
        "figure.dpi": _DPI,
    }
    with mpl.rc_context(settings):
        yield


def save(figure: Any, path: Path) -> None:  # noqa: ANN401 - matplotlib loads late
    """Write a figure as PNG with nothing cut off; the same figure gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with drawing():
        figure.savefig(path, bbox_inches="tight", metadata={"Software": None})


@functools.cache
def _chinese_family() -> str:
    """Register the Noto Sans SC that the package zhplot brings, without letting zhplot change global settings."""
    from matplotlib import font_manager

    spec = importlib.util.find_spec("zhplot")
    path = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise AidtopicsError("found no Chinese font; expected the package zhplot, install it with 'pip install zhplot'")
    font_manager.fontManager.addfont(path)
    return str(font_manager.FontProperties(fname=path).get_name())
