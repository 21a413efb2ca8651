"""One module a format: bytes in, a reading of text columns out."""
