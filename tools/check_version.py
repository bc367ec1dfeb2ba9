"""One version everywhere: CMakeLists.txt has it, whatever must repeat it is compared."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> int:
    cmake = (ROOT / "CMakeLists.txt").read_text()
    found = re.search(r"project\(callgate VERSION ([0-9.]+)", cmake)
    assert found is not None
    version = found[1]
    lock = json.loads((ROOT / "package-lock.json").read_text())
    repeated = {
        "package.json": json.loads((ROOT / "package.json").read_text())["version"],
        "package-lock.json": lock["version"],
        "package-lock.json, root package": lock["packages"][""]["version"],
    }
    changelog = ROOT / "CHANGELOG.md"
    if changelog.exists():
        heading = re.search(r"^## \[?([0-9][0-9.]*)", changelog.read_text(), re.MULTILINE)
        repeated["CHANGELOG.md"] = heading[1] if heading else "none"
    wrong = {place: other for place, other in repeated.items() if other != version}
    for place, other in wrong.items():
        print(f"{place} says {other}, CMakeLists.txt says {version}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
