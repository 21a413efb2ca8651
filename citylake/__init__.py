"""citylake: a data lake for cities."""

__version__ = "0.1.0"
