"""How all figures look: a Chinese font on every machine, colours that tell apart in print."""

import base64
import functools
import importlib.util
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aidtopics.errors import AidtopicsError

# Okabe and Ito (2008): distinct for colour-blind readers and in grey print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6A3D9A", "#7F7F7F")
# Drawn beside the colours, so that lines of equal colour still differ.
LINES = ("-", "--", "-.", ":")
_MARKERS = "os^DvPX<>ph"
_HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++")
_DPI = 150


@dataclass(frozen=True, slots=True)
class Look:
    """What tells one topic from the others; the same in every figure."""

    colour: str
    marker: str
    line: str
    hatch: str  # of areas; empty for the first topics


def look_of(topic: int) -> Look:
    """The look of a topic by its id. Colour with marker repeats after 88 topics, colour with hatch after 48."""
    rounds = topic // len(COLOURS)
    return Look(
        COLOURS[topic % len(COLOURS)],
        _MARKERS[topic % len(_MARKERS)],
        LINES[(topic + rounds) % len(LINES)],
        _HATCHES[rounds % len(_HATCHES)],
    )


def plain(text: str) -> str:
    """Text as it is: a dollar sign would begin a formula."""
    return text.replace("$", r"\$")


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
        "hatch.linewidth": 0.6,
        "svg.fonttype": "none",
        "svg.hashsalt": "aidtopics",
    }
    with mpl.rc_context(settings):
        yield


def save(figure: Any, path: Path) -> list[Path]:  # noqa: ANN401 - matplotlib loads late
    """Write a figure as PNG and SVG with nothing cut off; the same figure gives the same bytes.

    The text of the SVG is text, which can be searched and changed, and brings the glyphs it needs.

    Args:
        path: with no ending; each format adds its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    png, svg = path.with_name(f"{path.name}.png"), path.with_name(f"{path.name}.svg")
    written = io.StringIO()
    with drawing():
        figure.savefig(png, bbox_inches="tight", metadata={"Software": None})
        figure.savefig(written, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    svg.write_text(_with_glyphs(written.getvalue()), "utf-8")
    return [png, svg]


def _with_glyphs(svg: str) -> str:
    from fontTools import subset

    options = subset.Options(flavor="woff", layout_features=[], hinting=False, recalc_timestamp=False)
    chosen, packed = subset.Subsetter(options), io.BytesIO()
    chosen.populate(text="".join(sorted(set(svg))))
    with subset.load_font(str(_font_file()), options, lazy=True) as font:
        chosen.subset(font)
        subset.save_font(font, packed, options)
    source = f"data:font/woff;base64,{base64.b64encode(packed.getvalue()).decode('ascii')}"
    face = f'<style>@font-face {{ font-family: "{_chinese_family()}"; src: url({source}); }}</style>'
    return svg.replace("<defs>", f"<defs>{face}", 1)


@functools.cache
def _chinese_family() -> str:
    """Register the Chinese font, without letting the package that brings it change global settings."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(_font_file())
    return str(font_manager.FontProperties(fname=_font_file()).get_name())


def _font_file() -> Path:
    """The Noto Sans SC that the package zhplot brings."""
    spec = importlib.util.find_spec("zhplot")
    path = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise AidtopicsError("found no Chinese font; expected the package zhplot, install it with 'pip install zhplot'")
    return path
