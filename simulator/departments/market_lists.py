"""Three lists of the parking market, whole each time: operators of lots, who holds which enterprise, and vehicles.

Operators are a workbook with a title above the header and real dates, holdings UTF-8 with a byte order mark, vehicles
GB18030. An operator's contract is filed more than a month before it begins or ends, so most of the next month's are in
the list; some come late. Of holdings and vehicles nothing that lies in the future is in it. The same facts are the same
bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.defects.files import Form
from simulator.defects.lists import ListFile, spoiled
from simulator.defects.rows import last_digit_changed, month_13
from simulator.deliveries import Delivery
from simulator.list_files import workbook
from simulator.scenario.market import HoldingRowRates, MarketScenario, VehicleRowRates
from simulator.times import day_text
from simulator.world import identifiers, size, vehicles
from simulator.world.lots import Lot
from simulator.world.market import NEVER, Span, spans
from simulator.world.operators import candidates
from simulator.world.ownership import ownership_blocks
from simulator.world.plates import plates
from simulator.world.streets import streets
from simulator.world.tables import ordinals

OPERATOR, HOLDING, VEHICLE = (
    "transport.parking_operator",
    "governance.enterprise_shareholding",
    "transport.vehicle",
)
OPERATOR_HEADER = (
    "记录号", "统一社会信用代码", "经营者名称", "停车场编号", "泊位数", "收费标准(元/小时)", "开始日期", "结束日期",
)  # fmt: skip
HOLDING_HEADER = ("持股方代码", "被持股方代码", "持股比例", "起始日", "终止日")
VEHICLE_HEADER = (
    "登记编号", "号牌号码", "所有人类型", "街道代码", "区划代码", "车辆类型", "燃料", "注册日期", "注销日期",
)  # fmt: skip
TITLE = "杭州市停车场经营者一览"
OWNERS, KINDS = ("个人", "单位"), ("小客车", "面包车", "货车", "客车", "出租车")
FUELS = ("汽油", "柴油", "纯电", "插混")
_NAMES = {OPERATOR: "停车经营者_{}.xlsx", HOLDING: "企业持股_{}.csv", VEHICLE: "机动车登记_{}.csv"}
_SENDERS = {OPERATOR: "transport-bureau", HOLDING: "market-regulator", VEHICLE: "traffic-police"}
_NOTHING = lambda _text, _random: ""  # noqa: E731
_HOLDING_FORM = Form(
    "holding", "governance", HOLDING, HOLDING_HEADER, lambda rows: rows,
    {
        "out_of_range": ("持股比例", lambda _, random: str(random.choice(("100.1%", "150.0%", "651.0%")))),
        "malformed_code": ("持股方代码", lambda text, _: text[:-1]),
    },
    ("持股比例", lambda text: f"{abs(float(text[:-1]) - 100.1):.1f}%"), encoding="utf-8-sig", line_end="\r\n",
)  # fmt: skip
_VEHICLE_FORM = Form(
    "vehicle", "transport", VEHICLE, VEHICLE_HEADER, lambda rows: rows,
    {
        "not_in_list": ("车辆类型", lambda _, random: str(random.choice(("摩托艇", "?")))),
        "required_missing": ("区划代码", _NOTHING),
        "impossible_time": ("注册日期", month_13),
    },
    ("街道代码", last_digit_changed), encoding="gb18030", line_end="\r\n",
)  # fmt: skip


@dataclass(frozen=True)
class Vehicles:
    """What an exact reader knows from the list of vehicles. Columns of `rows`: street (its number among the streets),
    registered, deregistered (ordinals, 0: still registered)."""

    rows: pd.DataFrame


def delivery(feed: str, file: ListFile, at: datetime) -> Delivery:
    """A list of an instant."""
    department, name = feed.split(".")[0], _NAMES[feed].format(f"{at:%Y%m%d}")
    return Delivery(department, name, 1, _SENDERS[feed], at, file.content)


def known_spans(
    seed: int, scenario: MarketScenario, scale: float, here: tuple[Lot, ...], day: date
) -> list[tuple[Span, int]]:
    """The spans that are filed by a day, each with its end as it is known then (an ordinal, 0: still runs)."""
    today = day.toordinal()
    return [
        (each, each.stopped if each.stopped and each.stop_filed <= today else NEVER)
        for each in spans(seed, scenario, scale, here)
        if each.filed <= today
    ]


def operator_list(
    seed: int, scenario: MarketScenario, scale: float, here: tuple[Lot, ...], day: date
) -> ListFile:
    """The list of operators as it is known on a day; its facts: code, lot (its identifier), spaces, price (CNY or None),
    started and stopped (ordinals, 0: still runs) of each row."""
    who = candidates(seed, scenario.large_groups, scale)
    rows, facts = [], []
    for span, stopped in known_spans(seed, scenario, scale, here, day):
        code, lot = who.code[span.operator], here[span.lot].identifier
        until = date.fromordinal(stopped) if stopped else None
        rows.append((
            f"JY{span.record:06d}", code, who.name[span.operator], lot, span.spaces, span.price_cny,
            date.fromordinal(span.started), until,
        ))  # fmt: skip
        facts.append((code, lot, span.spaces, span.price_cny, span.started, stopped))
    return ListFile(workbook("停车经营者", TITLE, OPERATOR_HEADER, rows), len(rows), tuple(facts))


def holding_list(seed: int, rates: HoldingRowRates, scale: float, day: date) -> ListFile:
    """The list of holdings as it is known on a day; its facts: holder and held (codes), share in tenths of a percent,
    since and until (ordinals, 0: still holds) of each row that is right."""
    return _holding_list(seed, rates, scale, min(day, size.AS_OF))


@lru_cache(maxsize=2)
def _holding_list(seed: int, rates: HoldingRowRates, scale: float, day: date) -> ListFile:
    rows = _as_known(holdings(seed, scale), ("since", "until"), day)
    columns = (
        rows["holder"], rows["held"], [f"{tenths / 10:.1f}%" for tenths in rows["tenths"].tolist()],
        day_text(rows["since"].to_numpy()), day_text(rows["until"].to_numpy()),
    )  # fmt: skip
    table = pd.DataFrame(dict(zip(HOLDING_HEADER, columns, strict=True)), dtype=object)
    return spoiled(
        _HOLDING_FORM, seed, table, rates, lambda kept: tuple(rows[kept].itertuples(index=False, name=None))
    )


def vehicle_list(seed: int, rates: VehicleRowRates, scale: float, day: date) -> ListFile:
    """The list of vehicles as it is known on a day; its facts are `Vehicles`."""
    return _vehicle_list(seed, rates, scale, min(day, size.AS_OF))


@lru_cache(maxsize=1)
def _vehicle_list(seed: int, rates: VehicleRowRates, scale: float, day: date) -> ListFile:
    rows = _as_known(vehicles.register(seed, scale), ("registered", "deregistered"), day)
    place = rows["street"].to_numpy()
    codes = [(each.code, each.district_code) for each in streets()]
    street, district = (np.array(each, dtype=object)[place] for each in zip(*codes, strict=True))
    numbers = identifiers.texts(
        identifiers.characters("33A", len(rows)), identifiers.digits(rows["vehicle"].to_numpy(), 9)
    )
    owner, kind, fuel = (
        np.array(words, dtype=object)[rows[name].to_numpy()]
        for words, name in ((OWNERS, "owner_type"), (KINDS, "kind"), (FUELS, "fuel"))
    )
    columns = (
        numbers, plates(seed, rows["plate_number"].to_numpy()), owner, street, district, kind, fuel,
        day_text(rows["registered"].to_numpy()), day_text(rows["deregistered"].to_numpy()),
    )  # fmt: skip
    table = pd.DataFrame(dict(zip(VEHICLE_HEADER, columns, strict=True)), dtype=object)
    known = rows[["street", "registered", "deregistered"]]
    return spoiled(
        _VEHICLE_FORM, seed, table, rates, lambda kept: Vehicles(known[kept].reset_index(drop=True))
    )


@lru_cache(maxsize=2)
def holdings(seed: int, scale: float) -> pd.DataFrame:
    """Every holding there ever is: holder and held (codes), tenths (of a percent), since and until (ordinals, 0: still)."""
    whole = pd.concat(list(ownership_blocks(seed, scale)), ignore_index=True)
    return pd.DataFrame({
        "holder": whole["holder_code"].to_numpy(dtype=object), "held": whole["held_code"].to_numpy(dtype=object),
        "tenths": np.rint(whole["share_pct"].to_numpy() * 10).astype(np.int64),
        "since": ordinals(whole["since"].to_numpy()), "until": ordinals(whole["until"].to_numpy()),
    })  # fmt: skip


def _as_known(rows: pd.DataFrame, span: tuple[str, str], day: date) -> pd.DataFrame:
    """The rows that have begun by a day, their ends where these have come."""
    since, until = span
    begun = rows[rows[since] <= day.toordinal()].reset_index(drop=True)
    return begun.assign(**{until: begun[until].where(begun[until] <= day.toordinal(), NEVER)})
