"""Names of columns from the headers of departments: lower case, ASCII, the field's words where known."""

from __future__ import annotations

import keyword
import re
import unicodedata

# Chinese header words -> the words of this project's columns; longest first. What is not here becomes pinyin.
_WORDS = {
    "监测站": "station", "监测点": "site", "监测": "measured", "站点": "station", "车站": "station",
    "编号": "id", "编码": "code", "代码": "code", "名称": "name", "时间": "time", "日期": "date",
    "年份": "year", "地区": "district", "区域": "area", "区县": "district", "街道": "street",
    "地址": "address", "经度": "longitude", "纬度": "latitude", "温度": "temperature",
    "气温": "temperature", "湿度": "humidity", "风速": "wind_speed", "风向": "wind_direction",
    "浓度": "concentration", "数量": "count", "人数": "person_count", "人口": "population",
    "重量": "weight", "金额": "amount", "费用": "fee", "车牌": "plate", "进场": "entry",
    "出场": "exit", "入场": "entry", "离场": "exit", "类型": "type", "类别": "category",
    "状态": "status", "序号": "number", "企业": "enterprise", "医院": "hospital",
    "科室": "department", "线路": "line", "方向": "direction", "速度": "speed", "备注": "remark",
    "电话": "phone", "姓名": "name", "声级": "sound_level", "噪声": "noise", "确诊": "confirmed",
    "死亡": "died", "治愈": "cured", "年": "year", "月": "month", "日": "day", "时": "hour",
    "名": "name", "号": "number",
}  # fmt: skip


def snake(header: str) -> str:
    """A column name: `PM2.5` is pm25, `stationName` station_name, `监测时间` measured_time."""
    text = header.strip()
    for word in sorted(_WORDS, key=len, reverse=True):
        text = text.replace(word, f" {_WORDS[word]} ")
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    text = "".join(each for each in text if not unicodedata.combining(each))
    if not text.isascii():
        from pypinyin import lazy_pinyin

        text = " ".join(part for part in lazy_pinyin(text))
    text = re.sub(r"(?<=\d)[.](?=\d)", "", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not name or name[0].isdigit():
        name = f"column_{name}".rstrip("_")
    return f"{name}_value" if keyword.iskeyword(name) else name


def unique(names: list[str]) -> list[str]:
    """The names, a second one of the same with _2."""
    found: list[str] = []
    for name in names:
        number, chosen = 2, name
        while chosen in found:
            chosen, number = f"{name}_{number}", number + 1
        found.append(chosen)
    return found
