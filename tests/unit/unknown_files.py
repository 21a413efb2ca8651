"""Unknown files with the answers a person gives on looking at them, question by question.

Answers were typed by hand from the files, before `feed new` read them. Columns are named as in the file; a column
made of several by their names with a space between.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.unit.samples import lines, workbook, zipped

_FOLDER = Path(__file__).parent / "unknown"


@dataclass(frozen=True)
class Answers:
    """What a person sees. `above` is how many lines or rows are left out above the first record or the header;
    `types` names every column; `zone` is True where only somebody who knows can say it."""

    types: dict[str, str]
    key: set[str] | None  # None: there is none, which must be asked
    encoding: str | None = "utf-8"  # None: the format says it itself
    delimiter: str | None = ","
    above: int = 0
    has_header: bool = True
    nulls: dict[str, set[str]] = field(default_factory=dict)
    sentinels: dict[str, set[str]] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)  # column -> format, "iso" where none is needed
    zone: bool = False
    units: dict[str, str] = field(default_factory=dict)  # column -> unit suffix of the lake
    personal: set[str] = field(default_factory=set)


def _all(kind: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, kind)


def _of_package(name: str) -> Callable[[], bytes]:
    return lambda: (_FOLDER / name).read_bytes()


def _clock_change() -> bytes:
    """Traffic counts across the night in which German clocks are put back, written by a spreadsheet."""
    start = datetime(2026, 10, 24, 22)  # noqa: DTZ001 (local)
    rows = ["Zähler\tDatum\tUhrzeit\tKfz\tGeschw. [km/h]"]
    for n in range(120):
        at = start + timedelta(minutes=15 * (n // 3))
        rows.append(f"Z{n % 3 + 1:02d}\t{at:%d.%m.%Y}\t{at:%H:%M}\t{n * 7 % 90}\t{40 + n % 20},{n % 10}")
    return "\r\n".join(rows).encode("utf-16")


def _inspections() -> bytes:
    head = "杭州市城市管理局\n2026年3月市容巡查统计表,,,,\n填报单位：拱墅区,,,,\n"
    head += "序号,街道名称,巡查日期,问题数量(件),平均处置时长(小时)\n"
    body = "".join(
        f"{n + 1},{['米市巷', '湖墅', '小河', '和睦'][n % 4]}街道,2026年3月{n // 4 + 1}日,{n % 9},{n * 0.7:.1f}\n"
        for n in range(60)
    )
    return (head + body + "合计,,,236,\n注：数据截至3月底\n").encode("gb18030")


def _waste() -> bytes:
    rows: list[list] = [["西湖区垃圾分类统计"], ["单位：吨", None, None, None, "制表：2026-04-02"],
                        ["日期", "小区", "易腐垃圾(吨)", "其他垃圾（kg）", "联系人"]]  # fmt: skip
    rows += [
        [date(2026, 3, 1) + timedelta(days=n // 2), f"小区{n % 2 + 1}", n * 0.3, n * 10, f"张{n}"]
        for n in range(62)
    ]
    return workbook([*rows, ["合计", None, 100, 200, None], ["说明：数据来自称重系统"]])


def _two_headers() -> bytes:
    rows: list[list] = [["", "2024", "", "2025", ""], ["District", "Male", "Female", "Male", "Female"]]
    return workbook(rows + [[f"D{n}", n + 10, n + 21, n + 32, n + 43] for n in range(12)])


_UK = lines(
    "Site;Local time;speed [mph];Temp (°F);Rain (in);Status",
    lambda n: (
        f"S{n % 2};{25 + n // 48}/10/2026 {n // 2 % 24:02d}:00;{30 + n % 20};{50 + n % 10};0.{n % 4};{'OK' if n % 7 else 'ERR'}"
    ),
    96,
)
_CRASHES = lines(
    "crash_id,crash_date,crash_time,borough,zip,injured,plate",
    lambda n: (
        f"{10000 + n},{n % 12 + 1:02d}/{n % 28 + 1:02d}/2025,{n % 24}:{n % 60:02d},"
        f"{['QUEENS', 'BRONX', ''][n % 3]},{10000 + n % 7},{n % 3},ABC{n:04d}"
    ),
    60,
)
_PSQL = lines(
    "id\tname\tat\tamount",
    lambda n: f"{n}\tn{n}\t2026-03-0{n % 3 + 1} 08:00:00+08\t" + ("\\N" if n % 5 == 0 else f"{n}.50"),
    60,
)
_FRENCH = lines(
    "Libellé;Exercice;Montant;Taux",
    lambda n: f"Dépense n° {n};2025;{n % 9 + 1}\u00a0{n * 7 % 1000:03d},{n:02d};{n},5 %",
)
_POLISH = lines("Ulica;Długość;Data", lambda n: f"Święta Łąka {n};{n},5;{n % 28 + 1:02d}-03-2026", 30)
_RUSSIAN = lines("Район;Дата;Количество", lambda n: f"Центральный {n};{n % 28 + 1:02d}.03.2026;{n * 3}", 30)
_KOREAN = lines(
    "측정소명,측정일시,미세먼지(㎍/㎥)", lambda n: f"종로구{n % 3},2026-03-0{n % 9 + 1} {n:02d}:00,{n}", 24
)
_REMARKS = (
    "# Station: Xihu\n# Unit: µg/m3\ndatetime,value,\n"
    + "".join(f"2026-03-01 {n:02d}:00,{-999 if n == 5 else n},\n" for n in range(24))
    + "# end\n"
)
_HOURS = "Station,Date," + ",".join(f"{h:02d}:00" for h in range(24)) + "\n" + "".join(
    f"S{n % 4},2026-03-{n // 4 + 1:02d}," + ",".join(str(n * h % 50) for h in range(24)) + "\n" for n in range(40)
)  # fmt: skip
_FIXED = "STN    DATE     TMAX  TMIN\n" + "".join(
    f"{10000 + n:05d}  202603{n % 28 + 1:02d} {n / 2:5.1f} {n / 3 - 5:5.1f}\n" for n in range(40)
)
_DEVICES = "".join(
    json.dumps({"ts": 1767225600 + 60 * n, "device": f"d{n % 3}", "state": {"level_m": n / 4, "ok": n % 2 == 0}}) + "\n"
    for n in range(60)
)  # fmt: skip
_PARKS = json.dumps({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"OBJECTID": n, "NAME": f"Park {n}", "EDITED": 1767225600000 + n},
     "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, n], [1, 1], [0, 0]]]}} for n in range(30)]})  # fmt: skip
_PEOPLE = lines(
    "id|who|email|born|visits",
    lambda n: (
        f"{n}|{['张伟', '王芳', '李娜', '刘洋', '陈静', '杨磊'][n % 6]}|p{n}@example.org|"
        f"19{n % 80 + 10}-0{n % 9 + 1}-1{n % 9}|{n % 5 if n % 6 else ''}"
    ),
    60,
)
_LOG = lines("when,level,seen", lambda n: f"Mar {n % 28 + 1} 2026,{n / 3:.2f},{'yes' if n % 2 else 'no'}", 28)
_MIXED = "\ufeffid,remark,amount\r\n" + "".join(
    f'{n},"line one\nline ""two"" {n}","{n},000.5"' + ("\r\n" if n % 2 else "\n") for n in range(30)
)
_METERS = lines("meter;reading (kWh);at", lambda n: f"{n:05d};{n * 1.5};2026-03-01T08:{n % 60:02d}:00", 50)
_QUOTED = lines("'code'\t'popul'\t'wave'", lambda n: f"'A{n}'\t{n * 31}\t{n % 4}")

FILES: dict[str, tuple[Callable[[], bytes], Answers]] = {
    "seattle-weather.csv": (_of_package("seattle-weather.csv"), Answers(
        {"date": "date", **_all("double", "precipitation", "temp_max", "temp_min", "wind"), "weather": "string"}, {"date"},
        times={"date": "iso"})),
    "iowa-electricity.csv": (_of_package("iowa-electricity.csv"), Answers(
        {"year": "date", "source": "string", "net_generation": "integer"}, {"year", "source"}, times={"year": "iso"})),
    "burtin.json": (_of_package("burtin.json"), Answers(
        {**_all("string", "Bacteria", "Gram_Staining", "Genus"), **_all("double", "Penicillin", "Streptomycin", "Neomycin")},
        {"Bacteria"}, delimiter=None)),
    "penguins-raw.csv": (_of_package("penguins-raw.csv"), Answers(
        {**_all("string", "studyName", "Species", "Region", "Island", "Stage", "Individual ID", "Sex", "Comments"),
         "Sample Number": "integer", "Clutch Completion": "boolean", "Date Egg": "date",
         **_all("double", "Culmen Length (mm)", "Culmen Depth (mm)", "Flipper Length (mm)", "Body Mass (g)",
                "Delta 15 N (o/oo)", "Delta 13 C (o/oo)")},
        {"Individual ID"}, times={"Date Egg": "iso"},
        nulls={name: {"NA"} for name in ("Culmen Length (mm)", "Culmen Depth (mm)", "Flipper Length (mm)", "Body Mass (g)", "Sex",
                                         "Delta 15 N (o/oo)", "Delta 13 C (o/oo)", "Comments")},
        units={"Culmen Length (mm)": "mm", "Culmen Depth (mm)": "mm", "Flipper Length (mm)": "mm", "Body Mass (g)": "kg"})),
    "nyc-weather.csv": (_of_package("nyc-weather.csv"), Answers(
        {"origin": "string", "year month day hour": "timestamp", "time_hour": "timestamp", "wind_dir": "integer",
         "wind_gust": "double", **_all("double", "temp", "dewp", "humid", "wind_speed", "pressure"),
         **_all("integer", "precip", "visib")},
        {"origin", "time_hour"}, nulls={"wind_gust": {"NA"}, "pressure": {"NA"}}, zone=True,
        times={"year month day hour": "%Y %m %d %H", "time_hour": "iso"})),
    "elnino.csv": (_of_package("elnino.csv"), Answers(
        {"YEAR": "integer", "month": "string", "value": "double"}, {"YEAR", "month"})),
    "modechoice.csv": (_of_package("modechoice.csv"), Answers(
        _all("integer", "individual", "mode", "choice", "ttme", "invc", "invt", "gc", "hinc", "psize"),
        {"individual", "mode"}, delimiter=";")),
    "zaehlung_20261024.txt": (_clock_change, Answers(
        {"Zähler": "string", "Datum Uhrzeit": "timestamp", "Kfz": "integer", "Geschw. [km/h]": "double"},
        {"Zähler", "Datum Uhrzeit"}, "utf-16", "\t", times={"Datum Uhrzeit": "%d.%m.%Y %H:%M"}, zone=True,
        units={"Geschw. [km/h]": "kmh"})),
    "巡查统计.csv": (_inspections, Answers(
        {"序号": "integer", "街道名称": "string", "巡查日期": "date", "问题数量(件)": "integer", "平均处置时长(小时)": "double"},
        {"街道名称", "巡查日期"}, "gb18030", above=3, times={"巡查日期": "%Y年%m月%d日"}, units={"平均处置时长(小时)": "h"})),
    "垃圾.xlsx": (_waste, Answers(
        {"日期": "date", "小区": "string", "易腐垃圾(吨)": "double", "其他垃圾（kg）": "double", "联系人": "string"},
        {"日期", "小区"}, None, None, above=2, times={"日期": "iso"},
        units={"易腐垃圾(吨)": "t", "其他垃圾（kg）": "kg"}, personal={"联系人"})),
    "two_headers.xlsx": (_two_headers, Answers(
        {"District": "string", **_all("integer", "2024 Male", "2024 Female", "2025 Male", "2025 Female")},
        {"District"}, None, None, above=2, has_header=False)),
    "speeds_uk.csv": (_UK.encode, Answers(
        {**_all("string", "Site", "Status"), "Local time": "timestamp",
         **_all("double", "speed [mph]", "Temp (°F)", "Rain (in)")},
        {"Site", "Local time"}, delimiter=";", times={"Local time": "%d/%m/%Y %H:%M"}, zone=True,
        units={"speed [mph]": "kmh", "Temp (°F)": "celsius", "Rain (in)": "mm"})),
    "crashes.csv": (_CRASHES.encode, Answers(
        {**_all("string", "crash_id", "borough", "zip", "plate"), "crash_date crash_time": "timestamp", "injured": "integer"},
        {"crash_id"}, times={"crash_date crash_time": "%m/%d/%Y %H:%M"}, zone=True, personal={"plate"})),
    "copy.tsv": (_PSQL.encode, Answers(
        {**_all("string", "id", "name"), "at": "timestamp", "amount": "double"}, {"id"}, delimiter="\t",
        nulls={"amount": {"\\N"}}, times={"at": "iso"})),
    "budget_fr.csv": (lambda: _FRENCH.encode("cp1252"), Answers(
        {"Libellé": "string", "Exercice": "integer", "Montant": "double", "Taux": "double"}, {"Libellé"}, "cp1252", ";",
        units={"Taux": "pct"})),
    "ulice.csv": (lambda: _POLISH.encode("cp1250"), Answers(
        {"Ulica": "string", "Długość": "double", "Data": "date"}, {"Ulica"}, "cp1250", ";", times={"Data": "%d-%m-%Y"})),
    "raion.csv": (lambda: _RUSSIAN.encode("cp1251"), Answers(
        {"Район": "string", "Дата": "date", "Количество": "integer"}, {"Район"}, "cp1251", ";", times={"Дата": "%d.%m.%Y"})),
    "seoul.csv": (lambda: _KOREAN.encode("cp949"), Answers(
        {"측정소명": "string", "측정일시": "timestamp", "미세먼지(㎍/㎥)": "double"}, {"측정소명", "측정일시"}, "cp949",
        times={"측정일시": "iso"}, zone=True, units={"미세먼지(㎍/㎥)": "ugm3"})),
    "station_2026-03-01.csv": (_REMARKS.encode, Answers(
        {"datetime": "timestamp", "value": "integer"}, {"datetime"}, times={"datetime": "iso"}, zone=True,
        sentinels={"value": {"-999"}})),
    "hours.csv": (_HOURS.encode, Answers(
        {"Station": "string", "Date hour": "timestamp", "value": "integer"}, {"Station", "Date hour"},
        times={"Date hour": "iso"}, zone=True)),
    "climate.txt": (_FIXED.encode, Answers(
        {"STN": "integer", "DATE": "date", "TMAX": "double", "TMIN": "double"}, {"STN"}, delimiter=None, above=1,
        has_header=False, times={"DATE": "%Y%m%d"})),
    "devices.jsonl.gz": (lambda: gzip.compress(_DEVICES.encode()), Answers(
        {"ts": "timestamp", "device": "string", "state.level_m": "double", "state.ok": "boolean"}, {"ts", "device"},
        delimiter=None, times={"ts": "epoch_s"}, zone=True, units={"state.level_m": "m"})),
    "parks.geojson": (_PARKS.encode, Answers(
        {"OBJECTID": "integer", "NAME": "string", "EDITED": "timestamp", "geometry": "string"}, {"OBJECTID"}, delimiter=None,
        times={"EDITED": "epoch_ms"})),
    "people.psv": (_PEOPLE.encode, Answers(
        {**_all("string", "id", "who", "email"), "born": "date", "visits": "integer"}, {"id"}, delimiter="|",
        times={"born": "iso"}, personal={"who", "email", "born"})),
    "log.csv": (_LOG.encode, Answers(
        {"when": "date", "level": "double", "seen": "boolean"}, {"when"}, times={"when": "%b %d %Y"})),
    "mixed.csv": (_MIXED.encode, Answers(
        {**_all("string", "id", "remark"), "amount": "double"}, {"id"}, "utf-8-sig")),
    "meters.zip": (lambda: zipped({"data/meters_2026.csv": _METERS}), Answers(
        {"meter": "string", "reading (kWh)": "double", "at": "timestamp"}, {"at", "meter"}, delimiter=";",
        times={"at": "iso"}, zone=True)),
    "waves.tsv": (_QUOTED.encode, Answers(
        {"code": "string", "popul": "integer", "wave": "integer"}, {"code"}, delimiter="\t")),
}  # fmt: skip
