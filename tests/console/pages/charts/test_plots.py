"""Charts as SVG: shapes where the values say, gaps where there is none, words for those who don't see them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from appliance.console.pages.charts.plots import HEIGHT, Plot, Series, columns, legend, lines
from appliance.console.pages.charts.strips import Stretch, lane, meter, wave


def plot(*series: tuple[float | None, ...], **more: object) -> Plot:
    made = tuple(Series(name=f"s{place}", values=values, look=place) for place, values in enumerate(series, 1))
    labels = tuple(f"d{place}" for place in range(len(series[0])))
    return Plot(labels=labels, series=made, says='so "much" <b>', say=lambda value: f"{value:g}", **more)  # type: ignore[arg-type]


def test_columns_when_stacked_then_on_each_other_and_in_proportion() -> None:
    tree = ET.fromstring(columns(plot((10, 0), (30, 40))))
    rects = [(one.get("class"), float(one.get("y", "0")), float(one.get("height", "0"))) for one in tree.iter("rect")]
    assert rects == [("f1", 150.0, 50.0), ("f2", 0.0, 150.0), ("f2", 0.0, 200.0)]
    titles = [one.text for one in tree.iter("title")]
    assert titles == ["d0: s1 10, s2 30", "d1: s1 0, s2 40"]


def test_lines_when_a_value_is_none_then_a_gap_and_no_zero() -> None:
    (path,) = re.findall(r'class="line s1" d="([^"]*)"', lines(plot((4, None, 2, 1))))
    assert path.count("M") == 2
    assert f"{HEIGHT:.1f}" not in path


def test_plot_when_made_then_it_says_what_it_shows_and_escapes() -> None:
    made = columns(plot((1,)))
    assert ET.fromstring(made).find("svg").get("aria-label") == 'so "much" <b>'  # type: ignore[union-attr]
    assert "<b>" not in made
    assert "style=" not in made


def test_plot_when_a_goal_then_marked_at_its_height() -> None:
    assert 'class="mark" d="M0,40.0' in lines(plot((100, 50), mark=80.0, top=100.0))


def test_plot_when_many_places_then_few_labels_the_ends_among_them() -> None:
    tree = ET.fromstring(columns(plot(tuple(float(place) for place in range(30)))))
    labels = [one.text for one in tree.findall("div")[1]]
    assert labels == ["d0", "d7", "d14", "d22", "d29"]


def test_legend_when_made_then_a_name_a_look() -> None:
    assert re.findall(r'class="f(\d)".*?/></svg>([^<]*)<', legend(plot((1,), (2,)))) == [("1", "s1"), ("2", "s2")]


def test_meter_when_nearly_full_then_it_looks_so_and_stays_in_its_place() -> None:
    assert 'class="level "' in meter(0.5, "half")
    assert 'class="level warn"' in meter(0.8, "x")
    assert 'class="level bad" width="100.0"' in meter(7.0, "x")
    assert 'width="0.0"' in meter(-1.0, "x")


def test_lane_when_a_stretch_is_short_then_still_seen() -> None:
    made = lane([Stretch(begin=0.5, end=0.5, look="hold", says="on hold 0:00")], "kim: on hold")
    assert 'class="hold" x="500.0" width="2.0"' in made
    assert 'aria-label="kim: on hold"' in made


def test_wave_when_made_then_the_customer_above_and_the_agent_below() -> None:
    made = wave([50, 0], [0, 100], "wave")
    assert 'class="customer" d="M0,100 L0,50 L1,50 L1,100 L2,100 L2,100 Z"' in made
    assert 'class="agent" d="M0,100 L0,100 L1,100 L1,200 L2,200 L2,100 Z"' in made
