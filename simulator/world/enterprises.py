"""Enterprises, street by street, as the register of 2026-01-01 has them; all invented.

Sizes are lognormal with a long tail: about five in six have fewer than 20 people, one in some hundreds has 300 or more.
Bounds of size are those of the industrial rule of 2011 (20, 300, 1000 people), used for every kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from simulator.streams import stream
from simulator.world import identifiers, size
from simulator.world.streets import streets
from simulator.world.strides import coprime
from simulator.world.tables import offsets, ordinals, shared_out

# Kind, its word in a name, its share, and how many times the people of others it has.
KINDS = (
    ("retail", "商贸", 0.30, 0.7), ("services", "咨询服务", 0.20, 0.8), ("software", "软件科技", 0.11, 1.4),
    ("manufacturing", "机械制造", 0.12, 2.5), ("construction", "建设工程", 0.08, 1.6),
    ("catering", "餐饮管理", 0.07, 1.0), ("transport", "物流运输", 0.04, 1.5), ("real_estate", "置业", 0.02, 1.0),
    ("education", "教育培训", 0.02, 1.0), ("health", "医药", 0.01, 1.5), ("finance", "投资", 0.01, 1.0),
    ("environment", "环保工程", 0.01, 1.2), ("parking", "停车管理", 0.01, 1.2),
)  # fmt: skip
FORMS = (
    ("limited", "有限公司", 0.93),
    ("joint_stock", "股份有限公司", 0.02),
    ("partnership", "合伙企业", 0.05),
)
SIZES = ("micro", "small", "medium", "large")
_BOUNDS = (20, 300, 1000)
_CAPITAL_CNY = np.array(
    [100_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000]
)
_CAPITAL_SHARES = (0.12, 0.20, 0.28, 0.12, 0.14, 0.10, 0.03, 0.01)
# Districts that have more enterprises a resident than the others.
_BUSY = {"330102": 1.2, "330105": 1.3, "330106": 1.4, "330108": 2.2, "330110": 1.2}
_AGE_YEARS, _OLDEST_YEARS, _LIFE_YEARS, _YEAR_DAYS = 6.5, 40, 16.0, 365.2425
_NEVER = np.datetime64("NaT", "D")
_HOME = 33
_CODE_STRIDE, _CODE_START = 7_368_787, 12_345_678
SYLLABLES = np.array(list(
    "安邦博昌辰诚创德鼎东帆丰富高格冠光广国海浩禾恒弘宏华汇佳嘉建江金锦晶景久聚君凯康科乐立联亮林隆"
    "茂美铭南宁欧鹏启清庆荣瑞润森尚胜盛顺思泰天通同万维文祥欣信星兴旭亚洋业益银盈永友宇源远云泽展振正至志智中"
))  # fmt: skip
_NAME_STRIDE = 612_361


def enterprise_blocks(seed: int, scale: float) -> Iterator[pd.DataFrame]:
    """Every enterprise, one street at a time."""
    return (enterprises(seed, scale, street.number) for street in streets())


@lru_cache(maxsize=4)
def enterprises(seed: int, scale: float, street: int) -> pd.DataFrame:
    """The enterprises of a street, by its number: one row per enterprise.

    Columns: enterprise (whole number, over all streets), credit_code, name, kind, form (limited | joint_stock |
    partnership), street_code, founded, closed (NaT: still open), employees, size_class (micro | small | medium | large),
    capital_cny.
    """
    first, beyond = enterprise_range(scale, street)
    count = beyond - first
    number = np.arange(first, beyond)
    founded, closed = lives(seed, scale, street)
    random = stream(seed, "enterprises", street)
    kind = random.choice(len(KINDS), count, p=[each[2] for each in KINDS])
    form = random.choice(len(FORMS), count, p=[each[2] for each in FORMS])
    people = (
        np.exp(np.log(5) + 1.35 * random.standard_normal(count)) * np.array([each[3] for each in KINDS])[kind]
    )
    employees = np.maximum(np.rint(people), 1).astype(np.int64)
    capital = random.choice(_CAPITAL_CNY, count, p=_CAPITAL_SHARES)
    return pd.DataFrame({
        "enterprise": number, "credit_code": credit_codes(seed, scale, number), "name": _names(seed, number, kind, form),
        "kind": pd.Categorical.from_codes(kind, [each[0] for each in KINDS]),
        "form": pd.Categorical.from_codes(form, [each[0] for each in FORMS]),
        "street_code": streets()[street].code, "founded": founded.astype("datetime64[s]"),
        "closed": closed.astype("datetime64[s]"), "employees": employees,
        "size_class": pd.Categorical.from_codes(np.searchsorted(_BOUNDS, employees, side="right"), SIZES),
        "capital_cny": capital,
    })  # fmt: skip


@lru_cache(maxsize=2)
def register(seed: int, scale: float) -> pd.DataFrame:
    """Every enterprise by its number, for those who need them all: credit_code and name (texts), kind, form, street (its
    number), founded and closed as ordinals, 0: still open."""
    blocks = [
        block[["kind", "form"]].assign(
            credit_code=block["credit_code"].to_numpy(dtype=object), name=block["name"].to_numpy(dtype=object),
            street=np.int16(street), **{name: ordinals(block[name].to_numpy()) for name in ("founded", "closed")},
        )
        for street, block in enumerate(enterprise_blocks(seed, scale))
    ]  # fmt: skip
    return pd.concat(blocks, ignore_index=True)


def enterprise_range(scale: float, street: int) -> tuple[int, int]:
    """The numbers of a street's enterprises: from, and beyond the last."""
    begins = _begins(scale)
    return int(begins[street]), int(begins[street + 1])


def lives(seed: int, scale: float, street: int) -> tuple[np.ndarray, np.ndarray]:
    """Days on which the enterprises of a street were founded and closed (NaT: still open)."""
    first, beyond = enterprise_range(scale, street)
    random = stream(seed, "enterprise lives", street)
    age = random.exponential(_AGE_YEARS, beyond - first) % _OLDEST_YEARS
    life = random.exponential(_LIFE_YEARS, beyond - first) + 0.25
    days = np.floor(np.stack([age, life]) * _YEAR_DAYS).astype("timedelta64[D]")
    founded = np.datetime64(size.AS_OF) - 1 - days[0]
    closed = founded + days[1]
    return founded, np.where(closed < np.datetime64(size.AS_OF), closed, _NEVER)


def credit_codes(seed: int, scale: float, enterprise: np.ndarray) -> np.ndarray:
    """The unified social credit codes of enterprises by number; no block need be made."""
    street = np.searchsorted(_begins(scale), enterprise, side="right") - 1
    areas = identifiers.digits(_HOME * 10_000 + 8_000 + street, 6)
    code = (enterprise.astype(np.int64) * _CODE_STRIDE + _CODE_START + seed) % identifiers.CODES
    return identifiers.credit_codes(areas, code)


@cache
def _begins(scale: float) -> np.ndarray:
    weights = np.array([each.share * _BUSY.get(each.district_code, 0.8) for each in streets()])
    return offsets(shared_out(size.enterprises(scale), weights))


def _names(seed: int, enterprise: np.ndarray, kind: np.ndarray, form: np.ndarray) -> np.ndarray:
    """杭州, three syllables, kind and form; the syllables of two enterprises differ."""
    made = np.char.add("杭州", syllables(seed, enterprise))
    words, forms = np.array([each[1] for each in KINDS]), np.array([each[1] for each in FORMS])
    return np.char.add(np.char.add(made, words[kind]), forms[form])


def syllables(seed: int, number: np.ndarray) -> np.ndarray:
    """Three syllables; those of two numbers differ."""
    base = len(SYLLABLES)
    code = (number * coprime(_NAME_STRIDE, base) + seed) % base**3
    made = SYLLABLES[code % base]
    for place in (1, 2):
        made = np.char.add(made, SYLLABLES[code // base**place % base])
    return made
