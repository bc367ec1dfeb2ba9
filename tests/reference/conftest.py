"""Makes the modules of this folder importable whatever import mode pytest runs in."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
