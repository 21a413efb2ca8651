"""Catalogue: what the published numbers mean and where they came from."""
