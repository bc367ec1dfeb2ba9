"""Writes registration/versions.json with the Go library that defines the syntax. Needs Go."""

import json
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

VERSIONS = [
    "0.0.0",
    "0.0.1",
    "0.0.3",
    "0.0.3+build",
    "0.0.4",
    "0.1.0",
    "0.2.0",
    "0.2.2",
    "0.2.3",
    "0.2.9",
    "0.3.0",
    "0.9.9",
    "1",
    "1.0",
    "1.0.0",
    "v1.0.0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0+meta",
    "1.0.1",
    "1.1.0",
    "1.1.9",
    "1.2",
    "1.2.0",
    "1.2.0-beta",
    "1.2.3",
    "1.2.3-beta",
    "1.2.4",
    "1.2.99",
    "1.3.0",
    "1.9.9",
    "1.10.0",
    "2",
    "2.0.0",
    "2.0.0-rc.1",
    "2.0.1",
    "2.3.4",
    "2.4.0",
    "3.0.0",
    "10.0.0",
    "11.0.0",
    "18446744073709551615.0.0",
    "1-beta",
    "v2.1-x.7.z.92",
]
NOT_VERSIONS = [
    *[
        "v",
        "1.",
        ".1",
        "1.2.3.4",
        "01.2.3",
        "1.02",
        "1.0.0-01",
        "V1",
        "1.x",
        "x",
        "*",
        "latest",
        "=1.0",
        "1,0",
        "1.0-",
        "1.0.0-a..b",
        "-1",
    ],
    "1.0.0+",
    " 1.0.0",
    "1.0.0 ",
    "1.0.0\n",
    "１.0.0",  # noqa: RUF001  a full-width digit
    "18446744073709551616.0.0",
    "",
]
CONSTRAINTS = [
    *[
        "1",
        "1.2",
        "1.2.3",
        "v1.2.3",
        "=1.2.3",
        "=1.2",
        "=1",
        "1.x",
        "1.X.X",
        "1.*",
        "1.2.x",
        "*",
        "x",
        "X",
        "=*",
        "1.x.3",
    ],
    *[
        "!=1.2.3",
        "!=1.2",
        "!=1",
        "!=*",
        "!=1.2.3-beta",
        ">1",
        ">1.2",
        ">1.2.3",
        ">*",
        ">=1",
        ">=1.2",
        ">=1.2.3",
        "=>1.2.3",
        ">=*",
    ],
    *["<1", "<1.2", "<1.2.3", "<*", "<=1", "<=1.2", "<=1.2.3", "=<1.2.3", "<=*"],
    *[
        "~1",
        "~1.2",
        "~1.2.3",
        "~>",
        "~>1.2",
        "~>1.2.3",
        "~1.x",
        "~*",
        "~0.0.0",
        "~0.0.1",
        "~0",
        "~0.0",
    ],
    *[
        "^1",
        "^1.2",
        "^1.2.3",
        "^0.2.3",
        "^0.2",
        "^0.0.3",
        "^0.0",
        "^0",
        "^0.0.0",
        "^*",
        "^1.x",
        "^0.x",
    ],
    *[">=1.0.0,<2.0.0", ">=1,<2||>=3", "^1||^3", "1||2", "<1||>2,<3"],
    ">=1.0.0 <2.0.0",
    ">= 1.0.0, < 2.0.0",
    ">=1.0.0 , <2.0.0",
    "\t>=  1.0.0\n<2.0.0 ",
    "1.0 - 2.0",
    "1.2.3 - 2.3.4",
    "1 - 1",
    "0.2 - 1.2 || 3",
    "3 || 0.2 - 1.2",
    "1 - 2, !=1.2.3",
    "!=1.2.3, 1 - 2",
    "1 - 3  1.2 - 2",
    "!=1.2.3 1 - 2",
    "1 - 2 - 3",
    ">=1 - 2",
    "1 -2",
    "1- 2",
    ">=1.0.0-0",
    ">=1.0.0-alpha <1.0.0",
    ">1.0.0-beta.2",
    "<2.0.0-rc.1",
    "~1.2.3-beta",
    "^1.2.0-beta",
    "=1.0.0-alpha",
    "1.0.0-alpha - 1.2",
    ">=1.0.0-0, <2",
    "1.2.3+build",
    ">=0.0.3+x",
    *[
        "==1.0",
        ">>1",
        "<>",
        "=!",
        "1.2.3.4",
        "1a",
        "a",
        "latest",
        ">=a",
        "01",
        ">=1.02",
        "1.0.0-01",
        ",1",
        "1,",
        "1,,2",
        "||",
        "1||",
        "||1",
        "1|2",
    ],
    *["1xx", "^^1", "~~1", "!1", ">=1<2", "1.2-"],
    "1 and 2",
    ">=1 && <2",
    "1 ,",
    "1 || || 2",
    " ",
    "> = 1",
    "1 2",
    "２",  # noqa: RUF001
    "18446744073709551616",
]


def main() -> None:
    asked = {"Constraints": CONSTRAINTS, "Versions": VERSIONS + NOT_VERSIONS}
    answer = subprocess.run(
        ["go", "run", "-mod=mod", "."],
        cwd=HERE / "registration_versions",
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    read = {"source": "github.com/Masterminds/semver/v3 v3.3.1", **json.loads(answer)}
    assert read["not_versions"] == NOT_VERSIONS, read["not_versions"]
    path = HERE.parent / "registration" / "versions.json"
    path.write_text(in_lines(read) + "\n")


def in_lines(value: dict[str, Any]) -> str:
    """JSON with a line for each constraint and each version, so that a change is seen."""

    def text(one: object) -> str:
        return json.dumps(one, ensure_ascii=False)

    parts = []
    for name, member in value.items():
        if isinstance(member, list):
            body = "[\n  " + ",\n  ".join(map(text, member)) + "\n ]"
        elif isinstance(member, dict):
            lines = (f"{text(key)}: {text(one)}" for key, one in member.items())
            body = "{\n  " + ",\n  ".join(lines) + "\n }"
        else:
            body = text(member)
        parts.append(f" {text(name)}: {body}")
    return "{\n" + ",\n".join(parts) + "\n}"


if __name__ == "__main__":
    main()
