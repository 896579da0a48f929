"""Columns and lines over time, with their axes. Values of None are gaps: nothing was, which isn't zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
from markupsafe import Markup

from appliance.console.pages.charts.scale import Axis, axis

WIDTH, HEIGHT = 1000, 200
_GAP = 0.22  # of a column's place
_MOST_MARKS = 5
Say = Callable[[float], str]


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """name: as people read it; look: 1 … 5, the colour in the style sheet."""

    name: str
    values: tuple[float | None, ...]
    look: int = 1


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """labels: of the places along the axis, one a value; says: one sentence for those who don't see it; say: writes a
    value; mark: a level to compare with (a goal), None for none; top: of the
    axis, None: as the values want it; seconds: values are durations."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    says: str
    say: Say
    mark: float | None = None
    top: float | None = None
    whole: bool = False
    seconds: bool = False


def columns(plot: Plot) -> Markup:
    """Columns, the series stacked on each other."""
    totals = [sum(value or 0 for value in values) for values in zip(*(one.values for one in plot.series), strict=True)]
    scale = axis([*totals, plot.mark], whole=plot.whole) if plot.top is None else axis([plot.top])
    shapes = Markup("").join(_column(plot, place, scale) for place in range(len(plot.labels)))
    return _framed(plot, scale, shapes)


def lines(plot: Plot) -> Markup:
    """A line for each series."""
    known = [value for one in plot.series for value in one.values]
    bare = axis([*known, plot.mark], whole=plot.whole, seconds=plot.seconds)
    scale = bare if plot.top is None else axis([plot.top])
    shapes = Markup("").join(_line(one, scale) for one in plot.series)
    return _framed(plot, scale, shapes)


def legend(plot: Plot) -> Markup:
    """What the colours mean."""
    entry = (
        '<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="f{}" width="12" height="12" rx="2"/></svg>{}</li>'
    )
    inner = Markup("").join(Markup(entry).format(one.look, one.name) for one in plot.series)
    return Markup('<ul class="legend">{}</ul>').format(inner)


def _column(plot: Plot, place: int, scale: Axis) -> Markup:
    width = WIDTH / len(plot.labels)
    left = (place + _GAP / 2) * width
    made, below = Markup(""), 0.0
    for one in plot.series:
        value = one.values[place] or 0
        if value <= 0:
            continue
        top, bottom = _y(scale, below + value), _y(scale, below)
        made += Markup('<rect class="f{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            one.look, left, top, width * (1 - _GAP), bottom - top
        )
        below += value
    words = ", ".join(f"{one.name} {plot.say(one.values[place] or 0)}" for one in plot.series)
    return Markup("<g><title>{}: {}</title>{}</g>").format(plot.labels[place], words, made)


def _line(one: Series, scale: Axis) -> Markup:
    width = WIDTH / max(1, len(one.values))
    path = " ".join(
        "M" + " L".join(f"{(place + 0.5) * width:.1f},{_y(scale, value):.1f}" for place, value in stretch)
        for stretch in _stretches(one.values)
    )
    return Markup('<path class="line s{}" d="{}" vector-effect="non-scaling-stroke"/>').format(one.look, path)


def _stretches(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """Values without gaps between them; one alone is drawn as a short line."""
    stretch: list[tuple[int, float]] = []
    for place, value in enumerate([*values, None]):
        if value is not None:
            stretch.append((place, value))
        elif stretch:
            yield stretch if len(stretch) > 1 else [stretch[0], (stretch[0][0], stretch[0][1])]
            stretch = []


def _y(scale: Axis, value: float) -> float:
    return HEIGHT * (1 - scale.share(value))


def _framed(plot: Plot, scale: Axis, shapes: Markup) -> Markup:
    grid = Markup("").join(_level(scale, tick, "grid") for tick in scale.ticks)
    mark = Markup("") if plot.mark is None else _level(scale, plot.mark, "mark")
    ticks = Markup("").join(Markup("<span>{}</span>").format(plot.say(tick)) for tick in reversed(scale.ticks))
    below = Markup("").join(Markup("<span>{}</span>").format(label) for label in _shown(plot.labels))
    return Markup(
        '<div class="plot"><div class="plot-up" aria-hidden="true">{}</div>'
        '<svg class="chart" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}{}{}</svg>'
        '<div class="plot-along" aria-hidden="true">{}</div></div>'
    ).format(ticks, WIDTH, HEIGHT, plot.says, grid, shapes, mark, below)


def _level(scale: Axis, value: float, look: str) -> Markup:
    y = _y(scale, value)
    return Markup('<path class="{}" d="M0,{:.1f} H{}" vector-effect="non-scaling-stroke"/>').format(look, y, WIDTH)


def _shown(labels: Sequence[str]) -> list[str]:
    """As many as there is room for, evenly: the first and the last among them."""
    if len(labels) <= _MOST_MARKS:
        return list(labels)
    step = (len(labels) - 1) / (_MOST_MARKS - 1)
    return [labels[round(number * step)] for number in range(_MOST_MARKS)]
