"""An explanation as JSON, and as lines for a reader."""

from typing import Any

from aidtopics.records import Explanation, Piece

_DIGITS = 9  # of weights: what is lost by rounding adds up to less than a millionth
_FOR, _AGAINST = 3, 2  # passages shown
_LEAST = 0.02  # share of the page's weight from which a passage is shown
_WIDTH = 50  # characters of a passage
_BEFORE = 12  # … of them before its weightiest piece
_STRONG = 0.1  # of the page's weightiest piece: what is less is not marked
_INDENT = " " * 7
_BOLD_GREEN, _BOLD_RED, _PLAIN = "\x1b[1;32m", "\x1b[1;31m", "\x1b[0m"


def explanation_row(reason: Explanation, text: str) -> dict[str, Any]:
    """The value of the key `explanation`. The weights of `passages` and `rest` add up to `log_odds`."""
    return {
        "log_odds": round(reason.log_odds, _DIGITS),
        "threshold": round(reason.threshold, _DIGITS),
        "pieces": [
            {"start": p.start, "end": p.end, "text": text[p.start : p.end], "weight": round(p.weight, _DIGITS)}
            for p in reason.pieces
        ],
        "passages": [{"start": p.start, "end": p.end, "weight": round(p.weight, _DIGITS)} for p in reason.passages],
        "rest": {name: round(weight, _DIGITS) for name, weight in reason.rest},
    }


def explanation_lines(row: dict[str, Any], coloured: bool) -> list[str]:
    """Under a page's line: the passages that speak for aid and against it, the deciding pieces marked.

    Pieces for aid stand in 【】, pieces against it in 〔〕; on a terminal they are green and red.
    """
    reason, text = row["explanation"], row["text"]
    passages = [Piece(**passage) for passage in reason["passages"]]
    pieces = [Piece(piece["start"], piece["end"], piece["weight"]) for piece in reason["pieces"]]
    total = sum(abs(passage.weight) for passage in passages)
    distance = reason["log_odds"] - reason["threshold"]
    side = "above" if distance >= 0 else "below"
    rest = "".join(f", {name} {weight:+.2f}" for name, weight in reason["rest"].items())
    lines = [
        f"{_INDENT}log-odds of aid {reason['log_odds']:+.2f}, {abs(distance):.2f} {side} the threshold",
        f"{_INDENT}come from: passages {sum(p.weight for p in passages):+.2f}{rest}",
    ]
    heaviest = sorted(passages, key=lambda passage: -abs(passage.weight))
    for name, sign, most in (("for", 1, _FOR), ("against", -1, _AGAINST)):
        chosen = [p for p in heaviest if sign * p.weight > 0 and abs(p.weight) >= _LEAST * total][:most]
        lines += [
            f"{_INDENT}{name:<7} {p.weight:+.2f} {abs(p.weight) / total:>4.0%}  {_marked(p, pieces, text, coloured)}"
            for p in chosen
        ]
    return lines


def _marked(passage: Piece, pieces: list[Piece], text: str, coloured: bool) -> str:
    """The part of a passage around its weightiest piece, with the strong pieces marked."""
    sign = 1 if passage.weight > 0 else -1
    inside = [p for p in pieces if passage.start <= p.start and p.end <= passage.end]
    same = [p for p in inside if sign * p.weight > 0]
    start = max(passage.start, same[0].start - _BEFORE) if same else passage.start
    end = min(passage.end, max(start + _WIDTH, same[0].end if same else 0))
    least = _STRONG * max((abs(p.weight) for p in pieces), default=0)
    shown = []
    place = start
    for piece in sorted(inside, key=lambda p: p.start):
        if abs(piece.weight) < least or piece.start < start or piece.end > end:
            continue
        if coloured:
            opening, closing = (_BOLD_GREEN if piece.weight > 0 else _BOLD_RED), _PLAIN
        else:
            opening, closing = "【】" if piece.weight > 0 else "〔〕"
        shown += [text[place : piece.start], opening, text[piece.start : piece.end], closing]
        place = piece.end
    shown.append(text[place:end])
    before, after = "…" if start > passage.start else "", "…" if end < passage.end else ""
    return before + "".join(shown).replace("\n", " ") + after
