"""Columns of feeds: name, type, unit, what a value may be, and what becomes of a personal one."""

from __future__ import annotations

import contextlib
import functools
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Unit suffix of a column name -> the unit as pint reads it. No other suffix means a unit.
UNITS = {
    "s": "second", "min": "minute", "h": "hour", "day": "day", "m": "meter", "km": "kilometer",
    "mm": "millimeter", "kg": "kilogram", "t": "metric_ton", "kmh": "kilometer/hour", "mps": "meter/second", "kn": "knot",
    "celsius": "degC", "hpa": "hectopascal", "ugm3": "microgram/meter**3", "mgm3": "milligram/meter**3",
    "cny": "CNY", "pct": "percent",
}  # fmt: skip
# How departments write units, in feed files and in the text of values.
_SPELLED = {
    "ug/m3": "microgram/meter**3", "μg/m³": "microgram/meter**3", "µg/m³": "microgram/meter**3",
    "μg/m3": "microgram/meter**3", "µg/m3": "microgram/meter**3", "微克/立方米": "microgram/meter**3",
    "mg/m3": "milligram/meter**3", "mg/m³": "milligram/meter**3", "毫克/立方米": "milligram/meter**3",
    "km/h": "kilometer/hour", "公里/小时": "kilometer/hour", "千米/小时": "kilometer/hour", "m/s": "meter/second",
    "米/秒": "meter/second", "°C": "degC", "℃": "degC", "C": "degC", "摄氏度": "degC", "°F": "degF", "℉": "degF",
    "t": "metric_ton", "吨": "metric_ton", "kg": "kilogram", "千克": "kilogram", "公斤": "kilogram", "g": "gram", "克": "gram",
    "km": "kilometer", "公里": "kilometer", "千米": "kilometer", "m": "meter", "米": "meter", "mm": "millimeter",
    "毫米": "millimeter", "cm": "centimeter", "厘米": "centimeter", "s": "second", "秒": "second", "min": "minute",
    "分钟": "minute", "h": "hour", "小时": "hour", "d": "day", "天": "day", "hPa": "hectopascal", "Pa": "pascal",
    "mph": "mile/hour", "kn": "knot", "节": "knot", "miles": "mile", "mi": "mile", "英里": "mile", "ft": "foot", "英尺": "foot",
    "lb": "pound", "磅": "pound", "斤": "jin", "K": "kelvin", "mbar": "millibar",
    "百帕": "hectopascal", "%": "percent", "元": "CNY", "CNY": "CNY", "RMB": "CNY", "¥": "CNY",
}  # fmt: skip
_KEYED = re.compile(r"^(pseudonym|match_key)\(([a-z][a-z0-9_]*)\)$")
_AS = re.compile(r"^(keep|drop|generalise\(age_band\)|(pseudonym|match_key)\([a-z][a-z0-9_]*\))$")
MATCH = "_match"  # what the name of the column beside a match key ends in

ColumnType = Literal["string", "integer", "double", "boolean", "date", "timestamp"]


def spelled_unit(text: str) -> str | None:
    """The unit, as pint reads it, that a department means by a text such as `μg/m³`; None where it is none."""
    return _SPELLED.get(text) or _SPELLED.get(text.lower()) or UNITS.get(text)


@functools.cache
def _registry():
    """Units and their conversions; half a second to make."""
    import pint

    registry: pint.UnitRegistry = pint.UnitRegistry()
    registry.define("jin = 0.5 * kilogram")
    return registry


def _conversion(source: str, target: str) -> tuple[float, float]:
    if source == target or UNITS.get(source) == target:
        return 1.0, 0.0
    registry = _registry()
    zero = registry.Quantity(0.0, source).to(target).magnitude
    one = registry.Quantity(1.0, source).to(target).magnitude
    return float(f"{one - zero:.15g}"), float(f"{zero:.15g}")


class Privacy(BaseModel):
    """Whether a column tells of a person, what admission makes of it, and the reason."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: Literal["direct", "quasi", "sensitive", "none"] = Field(alias="class")
    becomes: str = Field(default="keep", alias="as")
    because: str = Field(min_length=5)

    @property
    def domain(self) -> str | None:
        """The linkage domain of a pseudonym or match key."""
        match = _KEYED.match(self.becomes)
        return match.group(2) if match else None

    @property
    def is_match_key(self) -> bool:
        """Whether values one character apart can be told to be so."""
        return self.becomes.startswith("match_key(")

    @model_validator(mode="after")
    def _allowed(self) -> Privacy:
        if not _AS.match(self.becomes):
            raise ValueError(
                f"privacy.as '{self.becomes}' is not known; expected keep, drop, pseudonym(<domain>),"
                " match_key(<domain>) or generalise(age_band)"
            )
        if self.kind == "direct" and self.becomes == "keep":
            raise ValueError(
                "a direct identifier is never kept; use drop, pseudonym(<domain>) or match_key(<domain>)"
            )
        return self


SQL_TYPES = {
    "string": "varchar", "integer": "bigint", "double": "double", "boolean": "boolean", "date": "date",
    "timestamp": "timestamptz",
}  # fmt: skip


class Column(BaseModel):
    """One declared column. `from` names the source column, or several joined by a space."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    source: str | tuple[str, ...] | None = Field(default=None, alias="from")
    type: ColumnType
    required: bool = False
    optional: bool = False  # a delivery may lack it: then it is null in every row
    format: str | None = None
    nulls: tuple[str, ...] = ()
    from_unit: str | None = None
    unit_in_text: bool = False  # the unit stands behind the number; one without has `from_unit`
    range: tuple[float, float] | None = None
    one_of: tuple[str, ...] | None = None
    pattern: str | None = None
    references: str | None = None
    privacy: Privacy | None = None
    title: dict[str, str] | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The source columns it is read from."""
        if self.source is None:
            return (self.name,)
        return (self.source,) if isinstance(self.source, str) else self.source

    @property
    def sql_type(self) -> str:
        """The type of its values in DuckDB."""
        return SQL_TYPES[self.type]

    @property
    def is_kept(self) -> bool:
        """False where admission drops it."""
        return not (self.privacy and self.privacy.becomes == "drop")

    @property
    def admitted(self) -> dict[str, ColumnType]:
        """Name -> type of what an admitted row holds of it: nothing where it is dropped, text where privacy changes
        the value, and beside a match key the column `<name>_match`."""
        if not self.is_kept:
            return {}
        if self.privacy is None or self.privacy.becomes == "keep":
            return {self.name: self.type}
        names = [self.name, self.name + MATCH] if self.privacy.is_match_key else [self.name]
        return dict.fromkeys(names, "string")

    @property
    def is_epoch(self) -> bool:
        """Whether its texts count seconds (`epoch_s`) or milliseconds (`epoch_ms`) since 1970."""
        return self.format in ("epoch_s", "epoch_ms")

    @property
    def is_personal(self) -> bool:
        """Whether its values must not be shown as they came."""
        privacy = self.privacy
        return bool(privacy and (privacy.kind in ("direct", "sensitive") or privacy.becomes != "keep"))

    @property
    def unit(self) -> str | None:
        """The unit suffix of its name, if any."""
        suffix = self.name.rsplit("_", 1)[-1]
        return suffix if "_" in self.name and suffix in UNITS else None

    def conversion(self) -> tuple[float, float]:
        """(factor, offset) such that value * factor + offset is in the column's unit."""
        if not self.from_unit or not self.unit:
            return 1.0, 0.0
        return _conversion(_SPELLED.get(self.from_unit, self.from_unit), UNITS[self.unit])

    def spelled_units(self) -> dict[str, tuple[float, float]]:
        """Every spelling of a unit that can become the column's, with (factor, offset)."""
        import pint

        found = {}
        for spelled, unit in _SPELLED.items():
            with contextlib.suppress(pint.DimensionalityError, pint.UndefinedUnitError):
                found[spelled] = _conversion(unit, UNITS[self.unit or ""])
        return found

    def other_units(self) -> dict[str, tuple[float, float]]:
        """Every unit that a department could send instead: its spelling, and (factor, offset) from today's number."""
        if not self.unit or not self.from_unit:
            return {}
        mine = self.conversion()
        found: dict[tuple[float, float], str] = {}
        for spelled, (factor, offset) in self.spelled_units().items():
            ratio = float(f"{mine[0] / factor:.12g}"), float(f"{(mine[1] - offset) / factor:.12g}")
            found.setdefault(ratio, spelled)
        return {spelled: ratio for ratio, spelled in found.items() if ratio != (1.0, 0.0)}

    @model_validator(mode="after")
    def _consistent(self) -> Column:
        if self.unit_in_text and (self.type != "double" or not self.unit):
            raise ValueError("unit_in_text is for `type: double` and a name that ends with a unit")
        if self.unit and self.type in ("integer", "double") and not self.from_unit and not self.unit_in_text:
            raise ValueError(
                f"unit '{self.unit}' needs from_unit. Add `from_unit: {self.unit}` if the department already"
                f" sends {self.unit}"
            )
        if self.from_unit and not self.unit:
            raise ValueError(f"from_unit '{self.from_unit}' without a unit suffix in the name")
        if self.range and self.type not in ("integer", "double"):
            raise ValueError("range is for integer and double")
        if self.range and self.range[0] > self.range[1]:
            raise ValueError(f"range [{self.range[0]:g}, {self.range[1]:g}] ends before it begins")
        if self.from_unit:
            try:
                converts = self.conversion() != (1.0, 0.0)
            except Exception as error:  # pint raises several unrelated kinds
                raise ValueError(
                    f"from_unit '{self.from_unit}' cannot become '{self.unit}': {error}"
                ) from error
            if converts and self.type == "integer":
                raise ValueError(f"an integer cannot be converted from {self.from_unit}; use `type: double`")
        if self.privacy and self.privacy.becomes == "generalise(age_band)" and self.type != "integer":
            raise ValueError("generalise(age_band) is for a birth year: `type: integer`")
        if self.privacy and self.privacy.is_match_key and self.type != "string":
            raise ValueError("match_key is for a text that may be misread: `type: string`")
        if self.format and self.type not in ("date", "timestamp"):
            raise ValueError("format is for date and timestamp")
        if self.is_epoch and self.type != "timestamp":
            raise ValueError(f"format {self.format} is for `type: timestamp`")
        return self
