"""Korean as it is written, made into Korean as it is said, where speech engines read numbers wrongly. Pure.

espeak-ng 1.51 reads every number Sino-Korean and digit by rule: 6월 as 육월, 3번째 as 삼번째, 4.5 as 사오, and the zero
of a telephone number as 영. What a person says is 유월, 세 번째, 사 점 오, 공.
"""

from __future__ import annotations

import re

_UNITS = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_DIGITS = "영일이삼사오육칠팔구"
_MONTHS = {"6": "유월", "06": "유월", "10": "시월"}
# What is counted in native Korean: order, people, things, hours, cases, calls, age.
_COUNTED = re.compile(r"(?<![\d.,])([1-9]\d?)\s*(번째|명|개(?!월)|시간|시(?=\s|$|에|입|까|부|는|가|이|,|\.)|건|통|살)")
_MONTH = re.compile(r"(?<!\d)(06|6|10)월")
_POINT = re.compile(r"(?<![\d.])(\d+)\.([0-9]+)(?![\d.])")
_TELEPHONE = re.compile(r"(?<![\d-])\d{2,4}(?:-\d{3,4}){1,2}(?![\d-])")
_APART = re.compile(r"(?<!\S)\d(?:,? \d)+(?!\w)")


def as_said(text: str) -> str:
    """`text` with months, ordinals, counts, decimals and telephone numbers put into words."""
    text = _TELEPHONE.sub(lambda found: _telephone(found.group()), text)
    text = _APART.sub(lambda found: found.group().replace("0", "공"), text)
    text = _POINT.sub(
        lambda found: f"{found.group(1)} 점 {' '.join(_DIGITS[int(digit)] for digit in found.group(2))}", text
    )
    text = _MONTH.sub(lambda found: _MONTHS[found.group(1)], text)
    return _COUNTED.sub(lambda found: f"{_native(int(found.group(1)), found.group(2))} {found.group(2)}", text)


def _telephone(number: str) -> str:
    return ", ".join(" ".join(group) for group in number.replace("0", "공").split("-"))


def _native(number: int, counted: str) -> str:
    """1 … 99 as it stands before what is counted."""
    if number == 1 and counted == "번째":
        return "첫"
    if number == 20:
        return "스무"
    return _TENS[number // 10] + _UNITS[number % 10]
