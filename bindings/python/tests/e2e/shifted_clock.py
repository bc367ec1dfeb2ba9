"""`callgate` with a wall clock that somebody sets: it is as many seconds ahead as a file says.

shifted_clock.py FILE COMMAND ...
"""

import sys
import time
from pathlib import Path

file = Path(sys.argv[1])
true_time = time.time
time.time = lambda: true_time() + float(file.read_text())

from callgate.cli.__main__ import main  # noqa: E402  (it must find the clock already set)

sys.exit(main(sys.argv[2:]))
