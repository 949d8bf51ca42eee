"""`python -m tui.cli` is `tertulia`, for whoever starts it as a child process."""

from __future__ import annotations

import sys

from tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
