"""Results of suites as JUnit XML, as build servers read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as xml

from callgate.cli._suite import Result

NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def junit(reports: Sequence[tuple[str, Sequence[Result]]]) -> bytes:
    """One ``testsuite`` for each file, one ``testcase`` for each case."""
    root = xml.Element("testsuites")
    for name, results in reports:
        failures = sum(not result.passed for result in results)
        suite = xml.SubElement(
            root,
            "testsuite",
            name=_text(name),
            tests=str(len(results)),
            failures=str(failures),
            errors="0",
        )
        for result in results:
            case = xml.SubElement(
                suite, "testcase", name=_text(result.case.name), classname=_text(name)
            )
            if not result.passed:
                message = _text(f"expected {result.expected}, got {result.got}")
                failure = xml.SubElement(case, "failure", message=message)
                failure.text = _text(result.case.where)
    xml.indent(root)
    return bytes(xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _text(text: str) -> str:
    """What XML cannot hold, as a question mark."""
    return NOT_XML.sub("?", text)
