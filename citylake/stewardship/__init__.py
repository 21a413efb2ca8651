"""Stewardship: what a data steward reads and proves about rows, deliveries and checks."""
