"""Names of persons: common family and given names by lot, the same for a person always."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulator.streams import stream
from simulator.world.patients import patients

FAMILY = (
    *"王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱",
    "欧阳", "诸葛", "上官",
)  # fmt: skip
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉建国春梅子涵宇轩欣怡浩然思佳晨一诺雨泽梓萱俊辉志红海燕"
_OF_ONE = 0.2  # given names of one character


@lru_cache(maxsize=2)
def _drawn(seed: int, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each patient the place of the family name, and those of one or two characters (-1: none)."""
    count, random = len(patients(seed, scale).phase), stream(seed, "names")
    # The first families are the largest.
    family = np.floor(len(FAMILY) * random.random(count) ** 1.7).astype(np.int16)
    first, second = random.integers(0, len(GIVEN), (2, count), dtype=np.int16)
    return family, first, np.where(random.random(count) < _OF_ONE, np.int16(-1), second)


def names(seed: int, scale: float, places: np.ndarray) -> np.ndarray:
    """The names of patients by their places: two to four characters."""
    family, first, second = (each[places] for each in _drawn(seed, scale))
    given = np.array([*GIVEN, ""], dtype=object)
    return np.array(FAMILY, dtype=object)[family] + given[first] + given[second]


def mistyped(name: str, number: int) -> str:
    """A name with another last character, chosen by a number."""
    others = [each for each in GIVEN if each != name[-1]]
    return name[:-1] + others[number % len(others)]
