"""`python -m citylake.cli`: the same as `citylake`."""

from citylake.cli import main

if __name__ == "__main__":
    main()
