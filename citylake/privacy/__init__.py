"""Privacy: pseudonyms, sealed values and disclosure control."""
