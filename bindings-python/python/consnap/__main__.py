"""``python -m consnap``, and the command ``consnap``: the same code as the binary."""

from __future__ import annotations

import sys

from . import _native


def main() -> int:
    """Runs the command line with the process's arguments and gives the exit code."""
    return _native.main(["consnap", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
