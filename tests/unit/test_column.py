"""Columns: units by suffix, privacy with its reason, and what cannot be meant."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from citylake.column import Column, Privacy


def column(**given) -> Column:
    return Column.model_validate({"name": "value", "type": "string"} | given)


def refused(**given) -> str:
    with pytest.raises(ValidationError) as caught:
        column(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "from_unit", "value", "expected"),
    [
        ("so2_ugm3", "mg/m3", 0.06, 60.0),
        ("so2_ugm3", "ug/m3", 60.0, 60.0),
        ("temperature_celsius", "°F", 212.0, 100.0),
        ("temperature_celsius", "kelvin", 273.15, 0.0),
        ("speed_kmh", "m/s", 10.0, 36.0),
        ("wind_speed_mps", "km/h", 36.0, 10.0),
        ("weight_kg", "t", 1.5, 1500.0),
        ("wait_s", "ms", 250.0, 0.25),
        ("wait_h", "nanosecond", 3.6e12, 1.0),
        ("length_km", "m", 1234.0, 1.234),
        ("pressure_hpa", "kPa", 101.3, 1013.0),
        ("fare_cny", "cny", 2.0, 2.0),
    ],
)
def test_a_value_is_converted_to_the_unit_of_the_name(name, from_unit, value, expected):
    factor, offset = column(name=name, type="double", from_unit=from_unit).conversion()
    assert value * factor + offset == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_same_unit_is_left_exactly_as_it_came():
    assert column(name="so2_ugm3", type="double", from_unit="ug/m3").conversion() == (1.0, 0.0)
    assert column(name="wait_s", type="integer", from_unit="s").conversion() == (1.0, 0.0)


def test_a_number_with_a_unit_says_what_the_department_sends():
    assert "unit 's' needs from_unit. Add `from_unit: s` if the department already sends s" in refused(
        name="entry_s", type="double"
    )


def test_a_text_may_end_like_a_unit():
    assert column(name="from_m", type="string").unit == "m"
    assert column(name="s", type="double").unit is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "wait_s", "type": "double", "from_unit": "kg"}, "from_unit 'kg' cannot become 's'"),
        ({"name": "wait_s", "type": "double", "from_unit": "blink"}, "from_unit 'blink' cannot become 's'"),
        ({"name": "count", "type": "double", "from_unit": "s"}, "from_unit 's' without a unit suffix in the name"),
        ({"name": "wait_s", "type": "integer", "from_unit": "min"},
         "an integer cannot be converted from min; use `type: double`"),
        ({"range": [0, 1]}, "range is for integer and double"),
        ({"type": "double", "range": [5, 1]}, "range [5, 1] ends before it begins"),
        ({"type": "double", "format": "%Y"}, "format is for date and timestamp"),
        ({"type": "varchar"}, "Input should be 'string', 'integer', 'double', 'boolean', 'date' or 'timestamp'"),
        ({"requird": True}, "Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(given, told):
    assert told in refused(**given)


def test_a_direct_identifier_is_never_kept():
    assert (
        "a direct identifier is never kept; use drop, pseudonym(<domain>) or match_key(<domain>)"
        in refused(privacy={"class": "direct", "because": "we like it"})
    )


@pytest.mark.parametrize(
    "becomes", ["hash", "pseudonym", "pseudonym()", "pseudonym(Staff)", "match_key()", "generalise(street)"]
)
def test_only_known_treatments_are_allowed(becomes):
    assert (
        f"privacy.as '{becomes}' is not known; expected keep, drop, pseudonym(<domain>),"
        " match_key(<domain>) or generalise(age_band)"
        in (refused(privacy={"class": "direct", "as": becomes, "because": "a reason"}))
    )


def test_privacy_needs_a_reason():
    assert "because" in refused(privacy={"class": "direct", "as": "drop"})
    assert "because" in refused(privacy={"class": "direct", "as": "drop", "because": "no"})


def test_age_bands_are_made_of_a_birth_year():
    assert "generalise(age_band) is for a birth year: `type: integer`" in refused(
        privacy={"class": "quasi", "as": "generalise(age_band)", "because": "the band is enough"}
    )


def test_the_class_decides_what_is_shown_and_the_treatment_what_is_kept():
    def treated(kind: str, becomes: str) -> tuple[bool, bool]:
        made = column(privacy={"class": kind, "as": becomes, "because": "a reason"})
        return made.is_personal, made.is_kept

    assert treated("direct", "drop") == (True, False)
    assert treated("direct", "pseudonym(staff)") == (True, True)
    assert treated("sensitive", "keep") == (True, True)
    assert treated("quasi", "keep") == (False, True)
    assert treated("quasi", "drop") == (
        True,
        False,
    )  # what is not kept is not shown among refused rows either
    assert treated("none", "keep") == (False, True)
    assert (
        Privacy.model_validate({"class": "direct", "as": "pseudonym(staff)", "because": "a reason"}).domain
        == "staff"
    )


def test_a_column_is_read_from_its_own_name_from_one_or_from_several():
    assert column().sources == ("value",)
    assert column(**{"from": "值"}).sources == ("值",)
    assert column(**{"from": ["year", "month"]}).sources == ("year", "month")
