"""``python -m consnap``, and the command ``consnap``: the same code as the binary."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> int:
    """Runs the command line with the process's arguments and gives the exit code."""
    # Ctrl-C is for the engine, which would otherwise work on while Python waits for it to come back.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.main(["consnap", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
