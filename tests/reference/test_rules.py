"""Rules and vectors match both ways: every id that is cited exists, every rule is cited.

docs/policy.md is the source of the rules, tests/vectors/policy_rules.json its list for machines.
"""

import collections
import json
import pathlib
import re

import update_rules

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "vectors"
RULES = json.loads(update_rules.RULES.read_text(encoding="utf-8"))
IDS = {rule["id"] for rule in RULES}
FILES = [
    "policy.json",
    "policy_documents.json",
    "policy_rates.json",
    "policy_responses.json",
    "contains.json",
    "diff.json",
    "lint.json",
]

# What no vector of these formats can state, with the kind of test that holds it instead.
HELD_BY_OTHER_TESTS = {
    "doc.directory": "loading a folder of files",
    "rate.concurrent": "threads that race one limit",
    "rate.reload": "a policy that is swapped under charges",
    "rate.replay-free": "the gate, where replays are known",
    "response.capability": "the gate's decision, which carries the limit",
    "response.chain": "the gate, where ancestors are known",
    "ceiling.spawn": "opening a child session",
    "ceiling.call-time": "a child's call after its parent's context changed",
    "ceiling.transitive": "properties over generated contexts",
    "ceiling.polynomial": "a policy of 10,000 capabilities",
}
# These sections are cited by files that stand beside the ones of this page's author.
SECTION_FILES = {"Ceiling": "contains.json", "Diff": "diff.json", "Lint": "lint.json"}


def cited():
    """{rule id: ids of the vectors that cite it}, over the files that exist."""
    found = collections.defaultdict(list)
    for name in FILES:
        path = VECTORS / name
        if path.exists():
            for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]:
                for rule in vector["rules"]:
                    found[rule].append(f"{name}:{vector['id']}")
    return found


def test_list_and_page_hold_the_same_rules():
    page = update_rules.PAGE.read_text(encoding="utf-8")
    assert update_rules.rules_of_page(page) == RULES


def test_page_names_each_rule_once_and_no_other():
    page = update_rules.PAGE.read_text(encoding="utf-8")
    named = re.findall(r"^- \[([^\]]+)\]", page, flags=re.M)
    assert collections.Counter(named) == collections.Counter(rule["id"] for rule in RULES)
    assert len(IDS) == len(RULES)


def test_page_gives_each_rule_of_lint_the_level_that_the_engine_does():
    engine = (VECTORS.parent.parent / "core/policy/model/lint_rules.inc").read_text("utf-8")
    levels = {
        rule: level.lower()
        for rule, level in re.findall(r'^LINT_RULE\("(.+)", k(.+)\)', engine, re.M)
    }
    named = {rule["id"]: rule["rule"].partition(":") for rule in RULES}
    assert levels == {
        rule: level for rule, (level, colon, _) in named.items() if rule in levels and colon
    }
    unlisted = {rule for rule in named if rule.startswith("lint.")} - set(levels)
    assert unlisted == {"lint.level", "lint.acknowledged", "lint.clean"}


def test_every_cited_rule_exists():
    unknown = {rule: where for rule, where in cited().items() if rule not in IDS}
    assert not unknown


def test_every_rule_is_cited():
    absent_files = {s for s, name in SECTION_FILES.items() if not (VECTORS / name).exists()}
    have = cited()
    missing = [
        rule["id"]
        for rule in RULES
        if rule["id"] not in have
        and rule["id"] not in HELD_BY_OTHER_TESTS
        and rule["section"] not in absent_files
    ]
    assert not missing


def test_exceptions_are_rules_without_vectors():
    assert set(HELD_BY_OTHER_TESTS) <= IDS
    ours = {"doc", "rate", "response"}
    have = cited()
    assert [r for r in HELD_BY_OTHER_TESTS if r.split(".")[0] in ours and r in have] == []


def test_vector_ids_are_unique():
    for name in FILES:
        path = VECTORS / name
        if path.exists():
            ids = [v["id"] for v in json.loads(path.read_text(encoding="utf-8"))["vectors"]]
            assert len(ids) == len(set(ids)), name


def test_code_of_the_reference_cites_existing_rules_only():
    for path in pathlib.Path(__file__).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        named = re.findall(r"\[([a-z]+\.[a-z0-9-]+)\]", text)
        assert [name for name in named if name not in IDS] == [], path.name
