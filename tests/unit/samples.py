"""Samples of unknown files, each with what a person sees in it."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import openpyxl

DROPPED = {"class": "direct", "as": "drop", "because": "nobody has written why it is needed"}


def lines(header: str, row, count: int = 40, end: str = "") -> str:
    """A header and rows made by a function of their number, and what stands below."""
    return "\n".join([header, *(row(n) for n in range(count))]) + "\n" + end


def zipped(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


def workbook(rows: list[list]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


NOISE = lines(
    "监测站编号;监测时间;声级;PM2.5(μg/m3);温度（℃）;联系电话",
    lambda n: (
        f"{n % 4 + 1:03d};2026/3/{n // 4 + 1} 8:00;{50 + n % 7},5;{-9999 if n in (3, 9) else 30 + n},0;"
        f"{'--' if n == 5 else f'{n},5'};1380000{n:04d}"
    ),
    end="合计;;;;;\n制表人：环境监测站;;;;;\n",
)
GERMAN = lines(
    "Straße\tZeit\tBetrag\tgesperrt",
    lambda n: f"Große Straße {n}\t{n % 27 + 1}.3.2026 8:05\t1.{n:03d},50\tnein",
)
AMERICAN = lines(
    "Plate,EntryTime,ExitDate,Paid",
    lambda n: f'A{n},3/{n % 28 + 1}/2026 8:00,{n % 12 + 1}/{n % 11 + 1}/2026,"1,{n:03d}.25"',
)
CODES = lines(
    "district,card,order,open,amount,when",
    lambda n: (
        f"0{n + 10}01,33010000000000{n:04d},{n},{'是' if n % 2 else '否'},{n}.5 kg,202603{n % 28 + 1:02d}0800{n:02d}"
    ),
)
NO_HEADER = "".join(f"S{n},2026-03-01T{n % 24:02d}:00:00+08:00,{n}\n" for n in range(30))
PARTS = lines(
    "No,year,month,day,hour,station,PM10,wd",
    lambda n: (
        f"{n + 1},2026,3,{n // 24 + 1},{n % 24},Dingling,{'NA' if n % 9 == 0 else n},{'NA' if n == 4 else 'NW'}"
    ),
    72,
)
WIDE_YEARS = [
    ["杭州市人口统计"],
    ["地区", "2019", "2020", "2021"],
    ["西湖区", 1, 2, 3],
    ["滨江区", 4, 5, 6],
    ["合计", 5, 7, 9],
]
XML = "<?xml version='1.0' encoding='utf-8'?><report><meta><unit>t</unit></meta>" + "".join(
    f"<load id='L{n}'><at>2026-03-01 08:{n:02d}:00</at><weight_t>{n}.5</weight_t></load>" for n in range(20)
) + "</report>"  # fmt: skip
NESTED = json.dumps({
    "area": "西湖",
    "data": {"items": [
        {"visit_id": f"V{n}", "at": f"2026-03-01T08:{n:02d}:00Z", "dose": {"amount": n / 4}} for n in range(20)
    ]},
})  # fmt: skip
POINTS = json.dumps({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"code": f"{n:04d}", "name": "断桥"},
     "geometry": {"type": "Point", "coordinates": [120.1 + n / 100, 30.2]}}
    for n in range(20)]})  # fmt: skip
FIXED = "".join(f"58457 202603{n + 1:02d}  {n + 0.5:5.1f}\n" for n in range(20))

# File name -> bytes, `format:`, columns (what is said of each), key, parts of the questions that must be asked.
CASES = {
    "noise_20260301.csv": (
        NOISE.encode("gb18030"),
        {
            "kind": "csv",
            "encoding": "gb18030",
            "delimiter": ";",
            "decimal": ",",
            "footer": "^(合计|制表人)",
            "timezone": "Asia/Shanghai",
        },
        {
            "station_id": {"type": "string", "required": True},
            "measured_time": {"type": "timestamp", "required": True},
            "sound_level": {"type": "double"},
            "pm25_ugm3": {"type": "double", "from_unit": "μg/m3", "nulls": ["-9999,0"]},
            "temperature_celsius": {"type": "double", "from_unit": "℃", "nulls": ["--"]},
            "lian_xi_phone": {"type": "string", "privacy": DROPPED},
        },
        ["station_id", "measured_time"],
        ["联系电话", "Asia/Shanghai"],
    ),
    "strassen.tsv": (
        GERMAN.encode("cp1252"),
        {
            "kind": "csv",
            "encoding": "cp1252",
            "delimiter": "\t",
            "decimal": ",",
            "thousands": ".",
            "timezone": "Asia/Shanghai",
        },
        {
            "strasse": {"type": "string", "required": True},
            "zeit": {"type": "timestamp", "format": "%d.%m.%Y %H:%M", "required": True},
            "betrag": {"type": "double"},
            "gesperrt": {"type": "string"},
        },
        ["strasse"],
        ["encoding", "Asia/Shanghai"],
    ),
    "garage.csv": (
        AMERICAN.encode(),
        {"kind": "csv", "encoding": "utf-8", "thousands": ",", "timezone": "Asia/Shanghai"},
        {
            "plate": {"type": "string", "required": True},
            "entry_time": {"type": "timestamp", "format": "%m/%d/%Y %H:%M", "required": True},
            "exit_date": {"type": "date", "format": "%d/%m/%Y"},
            "paid": {"type": "double"},
        },
        ["plate"],
        ["is the first number the day or the month", "Which day does a row belong to"],
    ),
    "codes.csv": (
        CODES.encode("utf-8-sig"),
        {"kind": "csv", "encoding": "utf-8-sig", "timezone": "Asia/Shanghai"},
        {
            "district": {"type": "string", "required": True},
            "card": {"type": "string", "privacy": DROPPED},
            "order": {"type": "integer"},
            "open": {"type": "boolean"},
            "amount_kg": {"type": "double", "unit_in_text": True},
            "when": {"type": "timestamp", "format": "%Y%m%d%H%M%S", "required": True},
        },
        ["district"],
        ["'card' tells of a person"],
    ),
    "readings.csv": (
        NO_HEADER.encode(),
        {"kind": "csv", "encoding": "utf-8", "header": ["column_1", "column_2", "column_3"]},
        {
            "column_1": {"type": "string", "required": True},
            "column_2": {"type": "timestamp", "required": True},
            "column_3": {"type": "integer"},
        },
        ["column_2", "column_1"],
        ["no header"],
    ),
    "prsa.csv.gz": (
        gzip.compress(PARTS.encode()),
        {"kind": "csv", "encoding": "utf-8", "timezone": "Asia/Shanghai"},
        {
            "no": {"type": "integer"},
            "measured_at": {"type": "timestamp", "format": "%Y %m %d %H", "required": True},
            "station": {"type": "string", "required": True},
            "pm10": {"type": "integer", "nulls": ["NA"]},
            "wd": {"type": "string"},
        },
        ["measured_at", "station"],
        ["Asia/Shanghai", "Column 'wd' has"],
    ),
    "population.xlsx": (
        workbook(WIDE_YEARS),
        {"kind": "excel", "skip_rows": 1, "footer": "^(合计)"},
        {
            "district": {"type": "string", "required": True},
            "year": {"type": "integer", "required": True},
            "value": {"type": "integer"},
        },
        ["district", "year"],
        ["3 columns are named by time"],
    ),
    "loads.xml": (
        XML.encode(),
        {"kind": "xml", "records": "load", "timezone": "Asia/Shanghai"},
        {
            "id": {"type": "string", "required": True},
            "at": {"type": "timestamp", "required": True},
            "weight_t": {"type": "double", "from_unit": "t"},
        },
        ["at", "id"],
        ["'weight_t'", "'meta/unit'"],
    ),
    "visits.json": (
        NESTED.encode(),
        {"kind": "json", "encoding": "utf-8", "records": "data.items", "timezone": "Asia/Shanghai"},
        {
            "visit_id": {"type": "string", "required": True},
            "at": {"type": "timestamp", "required": True},
            "dose_amount": {"type": "double"},
        },
        ["at", "visit_id"],
        ["'area'", "By which local day"],
    ),
    "bridges.geojson": (
        POINTS.encode(),
        {"kind": "geojson", "encoding": "utf-8"},
        {
            "code": {"type": "string", "required": True},
            "name": {"type": "string"},
            "longitude": {"type": "double"},
            "latitude": {"type": "double"},
        },
        ["code"],
        [],
    ),
    "rain.txt": (
        FIXED.encode(),
        {
            "kind": "fixed_width",
            "encoding": "utf-8",
            "widths": {"column_1": [1, 5], "column_2": [7, 14], "column_3": [18, 21]},
        },
        {
            "column_1": {"type": "integer"},
            "column_2": {"type": "date", "format": "%Y%m%d", "required": True},
            "column_3": {"type": "double"},
        },
        ["column_2"],
        ["places of the columns"],
    ),
}
