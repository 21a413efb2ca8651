"""Workbooks: sheets, titles, totals, typed cells; what a department sees is what is read."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import openpyxl
import pytest

from tests.unit.formats import held, taken


def workbook(rows: list[list], sheet: str = "数据", other: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    first = book.active
    first.title = other or sheet
    target = book.create_sheet(sheet) if other else first
    for row in rows:
        target.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_cells_are_read_as_a_person_would_type_them():
    cells = [
        "007",
        7,
        7.5,
        1e20,
        0.1,
        True,
        date(2026, 3, 1),
        datetime.fromisoformat("2026-03-01 08:30"),
        time(8, 30),
        None,
        " x ",
    ]
    header = [f"c{n}" for n in range(len(cells))]
    _, rows, _ = taken(workbook([header, cells]), "zip", kind="excel")
    assert rows == [
        [
            "007",
            "7",
            "7.5",
            "1e+20",
            "0.1",
            "true",
            "2026-03-01",
            "2026-03-01 08:30:00",
            "08:30:00",
            "",
            " x ",
        ]
    ]


def test_titles_empty_rows_and_totals_are_no_records():
    rows = [["杭州市统计年鉴"], [], ["地区", "人口（万人）"], ["西湖区", 112.5], [None, None], ["滨江区", 54], ["合计", 166.5],
            ["注：常住人口"]]  # fmt: skip
    header, found, _ = taken(workbook(rows), "zip", kind="excel", skip_rows=2, footer="^合计")
    assert (header, found) == (["地区", "人口（万人）"], [["西湖区", "112.5"], ["滨江区", "54"]])


def test_records_below_what_is_taken_for_a_footer_are_not_lost():
    rows = [
        ["id", "value", "note"],
        ["a", 1, "x"],
        ["合计", 1],
        ["b", 2],
        ["合计", 2, "y"],
        ["c", 3, "z"],
        ["制表人：王五"],
    ]
    assert held(workbook(rows), "zip", kind="excel", footer="^合计") == (
        "records_below_footer: 2 records stand below record 2, where format.footer '^合计' says that the table ends."
        " Change the pattern to what only the last lines begin with"
    )


def test_the_table_may_stand_to_the_right_and_below():
    header, found, _ = taken(
        workbook([[], [None, "id", "value"], [None, "a", 1], [None, None, 2]]), "zip", kind="excel"
    )
    assert (header, found) == (["", "id", "value"], [["", "a", "1"], ["", "", "2"]])


def test_a_sheet_is_chosen_by_name():
    data = workbook([["id"], ["a"]], sheet="三月", other="说明")
    assert taken(data, "zip", kind="excel", sheet="三月")[1] == [["a"]]
    assert (
        held(data, "zip", kind="excel", sheet="四月")
        == "no_sheet: there is no sheet '四月'; its sheets: 说明, 三月"
    )


def test_a_sheet_of_nothing_is_held():
    assert held(workbook([]), "zip", kind="excel") == "empty: the sheet '数据' has no header and no records"


@pytest.mark.parametrize(("data", "compression"), [(b"id,value\na,1\n", "none"), (b"PK\x03\x04 cut", "zip")])
def test_what_is_no_workbook_is_held(data, compression):
    assert held(data, compression, kind="excel").startswith("unreadable")


YEARS = [["地区", "2019", "2020", "2021"], ["西湖区", 1, None, 3], ["滨江区", 4, 5, 6]]
LONG = {"keep": ["地区"], "name_to": "year", "value_to": "population"}


def test_years_side_by_side_become_rows():
    header, rows, _ = taken(workbook(YEARS), "zip", kind="excel", unpivot=LONG)
    assert header == ["地区", "year", "population"]
    assert rows == [
        ["西湖区", "2019", "1"], ["西湖区", "2020", ""], ["西湖区", "2021", "3"],
        ["滨江区", "2019", "4"], ["滨江区", "2020", "5"], ["滨江区", "2021", "6"],
    ]  # fmt: skip


def test_empty_cells_are_left_out_where_the_feed_says_so():
    rows = taken(workbook(YEARS), "zip", kind="excel", unpivot=LONG | {"drop_empty": True})[1]
    assert [row[1] for row in rows] == ["2019", "2021", "2019", "2020", "2021"]


def test_columns_may_come_and_go_between_deliveries():
    wider = [[*YEARS[0], "2022"], [*YEARS[1], 9], [*YEARS[2], 9]]
    assert len(taken(workbook(wider), "zip", kind="excel", unpivot=LONG)[1]) == 8
    assert len(taken(workbook([row[:2] for row in YEARS]), "zip", kind="excel", unpivot=LONG)[1]) == 2


def test_a_kept_column_that_is_missing_is_missing_in_the_header():
    renamed = [["区域", *YEARS[0][1:]], *YEARS[1:]]
    assert taken(workbook(renamed), "zip", kind="excel", unpivot=LONG)[0] == ["year", "population"]


def test_wide_text_becomes_long_and_a_broken_record_stays_one():
    text = "day,a,b,c\n2026-03-01,1,,3\n2026-03-02,4\n2026-03-03,5,6,7\n"
    how = {"keep": ["day"], "name_to": "place", "value_to": "value", "drop_empty": True}
    header, rows, broken = taken(text.encode(), kind="csv", unpivot=how)
    assert rows == [
        ["2026-03-01", "a", "1"], ["2026-03-01", "c", "3"],
        ["2026-03-03", "a", "5"], ["2026-03-03", "b", "6"], ["2026-03-03", "c", "7"],
    ]  # fmt: skip
    assert broken == [4]  # where its first value would be: 1 and 3 are the first record's, 7 to 9 the third's


def test_merged_titles_error_cells_and_a_hidden_sheet_in_front_are_what_they_look_like():
    book, file = openpyxl.Workbook(), io.BytesIO()
    notes = book.active
    notes.title, notes.sheet_state = "notes", "hidden"
    sheet = book.create_sheet("data")
    for row in (["Report of March", None], ["id", "value"], ["a", "#N/A"], ["b", "#DIV/0!"], ["c", 46082]):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet["B3"].data_type = sheet["B4"].data_type = "e"
    sheet["B5"].number_format = "yyyy-mm-dd"  # a date is a number that is shown as one
    book.save(file)
    header, rows, _ = taken(file.getvalue(), "zip", kind="excel", skip_rows=1, sheet="data")
    assert (header, rows) == (["id", "value"], [["a", "#N/A"], ["b", "#DIV/0!"], ["c", "2026-03-01"]])
    assert (
        held(file.getvalue(), "zip", kind="excel") == "empty: the sheet 'notes' has no header and no records"
    )


def test_a_workbook_with_macros_is_read_and_none_runs():
    import zipfile

    plain, with_macros = io.BytesIO(workbook([["id"], ["a"]])), io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(with_macros, "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(
                b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
            )
            target.writestr(name, content)
        target.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    assert taken(with_macros.getvalue(), "zip", kind="excel")[1] == [["a"]]


@pytest.mark.parametrize(
    ("cells", "told"),
    [(["=1+1"], "1 cell holds a formula without its value, the first is A2"),
     (["=1+1", "=A2", "x"], "2 cells hold formulas without values, the first is A2")],
)  # fmt: skip
def test_formulas_that_were_never_calculated_are_told(cells, told):
    assert held(workbook([["id"], *[[cell] for cell in cells]]), "zip", kind="excel").startswith(
        f"not_calculated: {told}: open it"
    )


def test_a_calculated_formula_is_its_value():
    import zipfile

    made, calculated = io.BytesIO(workbook([["id"], ["=1+1"]])), io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(calculated, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(
                name,
                content.replace(b"<v></v>", b"<v>2</v>")
                .replace(b"<v />", b"<v>2</v>")
                .replace(b"<v/>", b"<v>2</v>"),
            )
    assert taken(calculated.getvalue(), "zip", kind="excel")[1] == [["2"]]
