"""Conform jobs: one pure function and one declaration per table, and the mechanisms they share."""
