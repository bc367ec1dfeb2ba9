"""Writes the pages of all settings from the JSON Schemas of the gateway and of the registry.

python tools/config_doc.py            writes docs/configuration.md, docs/registry-configuration.md
python tools/config_doc.py --check    fails when one of them is not up to date

The schemas are files of the package; `callgate schema` prints them, and tests compare.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generated_page import write_or_check

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bindings/python/callgate"

INTRODUCTION = """\
# Configuration

<!-- Written by tools/config_doc.py from callgate/gateway/config/gateway.schema.json. Edit the
descriptions in callgate/gateway/config/, and the other text in the tool. -->

`callgate serve --config FILE` reads one YAML file. [gateway.md](gateway.md) says how to run it;
this page is every key.

```yaml gateway
# yaml-language-server: $schema=./gateway.schema.json
state: /var/lib/callgate
policy: contexts.yaml
issuer: {key: issuer.pem}
admin: {credential: "file:admin.credential"}
executions: {file: executions.yaml}
listen:
  address: 0.0.0.0
  port: 8443
  tls: {certificate: server.crt, key: server.key}
upstreams:
  files:
    command: [mcp-server-filesystem, /srv/shared]
  search:
    url: https://search.internal/mcp
    headers: {Authorization: "env:SEARCH_AUTHORIZATION"}
tools:
  names:
    web_search: {upstream: search, tool: query}
```

Editors that know the comment in the first line complete keys and show what they mean. The schema
is printed by

```sh
callgate serve --schema > gateway.schema.json
```

## Rules

- Unknown and duplicate keys are refused; so are anchors, aliases and tags. Plain scalars are
  `true`, `false`, `null` and JSON numbers, everything else is a string, and no string is taken for
  a number.
- Faults are reported together, each with line and column or the name of the variable. Some hide
  others: where the text is no YAML, or has an anchor, alias or tag, nothing else is looked at; of a
  key that stands twice the second value is not judged; and with a duplicate key, or one that is no
  string, the variables are not read yet.
  `callgate serve --check --config FILE` reads every file that a start would read as well, and
  starts nothing. It exits with 0 or 2. A scope that no context has is a warning, here and in the
  log of a start: the context may come later.
- Relative paths are looked up in the folder of the file that names them.
- **Environment.** `CALLGATE_CONFIG__LISTEN__PORT=8443` overrides `listen.port`: the keys on the
  way, in any case, joined by two underscores. The value is YAML, so that
  `CALLGATE_CONFIG__AUDIT__REDACT_TOOLS='[mail.*]'` is a list. A variable with the prefix that
  names no key is a fault. Other variables that begin with `CALLGATE_` are not looked at: container
  orchestrators set `CALLGATE_PORT` and the like for a service of that name.
- **Secrets** are references: `env:NAME` is a variable, `file:PATH` a file that no other user may
  write and others may not read, without one line break at its end. A secret that is written out is
  refused where a reference is expected. Secrets are shown by no message, log or listing.
- **Reading again.** On SIGHUP, and when files change ([gateway.md](gateway.md#reloading)), the
  policy, the issuer's keys, the executions, the certificates and `listen.trust` are read again.
  Other keys need a restart, and the log says which of them changed.

## Top level
"""

CONCLUSION = """\
## The file of executions

`executions.file` is a list of entries with `workload_id`, `scopes`, `tie`, and optionally
`max_sessions` and `require_proof`, each as in [a rule](#executionsdockerrules) for containers. A
tie is required, outside development settings; `none` must be written out, and lets any caller
that knows the workload_id attest.

```yaml executions
- workload_id: exec-abc123
  scopes: [research-safe]
  tie: {key: MYKUwm6cm0KqPJbvGvUZXQJMj1Jg0KEkAMrrRTiTSuA}
- workload_id: nightly-report
  scopes: [default, read-only-research]
  tie: {uid: 1001}
  max_sessions: 1
- workload_id: legacy-agent
  scopes: [default]
  tie: none
```

Ties `entity` and `spiffe` need `listen.trust`
([attestation-service.md](attestation-service.md#entities-and-spiffe-ids)).
"""


@dataclass(frozen=True)
class Section:
    """A mapping of the schema, and where it stands: ``listen.tls``, ``upstreams.NAME``."""

    path: str
    schema: dict[str, Any]

    @property
    def anchor(self) -> str:
        """As GitHub makes it of the heading."""
        return re.sub(r"[^\w\- ]", "", self.path.lower()).replace(" ", "-")


def sections_below(path: str, value: dict[str, Any], schema: dict[str, Any]) -> list[Section]:
    """The sections that a value may be or hold, outermost first."""
    if "$ref" in value:
        section = schema["$defs"][value["$ref"].rpartition("/")[2]]
        if "properties" not in section:
            return []
        own = [Section(path, section)]
        return own + [
            below
            for name, part in section["properties"].items()
            for below in sections_below(f"{path}.{name}" if path else name, part, schema)
        ]
    found: list[Section] = []
    for part in value.get("anyOf", value.get("oneOf", [])):
        found += sections_below(path, part, schema)
    if value.get("type") == "array":
        found += sections_below(f"{path}[]", value["items"], schema)
    if (of_names := values_of_names(value)) is not None:
        found += sections_below(f"{path}.NAME", of_names, schema)
    return found


def values_of_names(value: dict[str, Any]) -> dict[str, Any] | None:
    """What stands under the names of a mapping whose keys are free."""
    if value.get("type") != "object" or "properties" in value:
        return None
    patterns: dict[str, Any] = value.get("patternProperties", {})
    of_names = next(iter(patterns.values()), value.get("additionalProperties"))
    return of_names if isinstance(of_names, dict) else None


def type_of(path: str, value: dict[str, Any], known: list[Section]) -> str:
    """A short name for what a value may be."""
    if "$ref" in value:
        (section,) = [one for one in known if one.path == path]
        return f"[mapping](#{section.anchor})"
    if "enum" in value or "const" in value:
        return ", ".join(f"`{item}`" for item in value.get("enum", [value.get("const")]))
    for several in ("anyOf", "oneOf"):
        if several in value:
            return " or ".join(type_of(path, one, known) for one in value[several])
    kind = value.get("type", "any")
    if kind == "array":
        return f"list of {type_of(f'{path}[]', value['items'], known)}"
    if (of_names := values_of_names(value)) is not None:
        return f"names, each with {type_of(f'{path}.NAME', of_names, known)}"
    if kind in ("integer", "number"):
        return f"{kind}{bounds(value)}"
    if kind == "string" and value.get("format") == "path":
        return "path"
    if kind == "string" and str(value.get("pattern", "")).startswith("^(env:"):
        return "reference to a secret"
    return "`null`" if kind == "null" else str(kind)


def bounds(value: dict[str, Any]) -> str:
    low = value.get("minimum", value.get("exclusiveMinimum"))
    high = value.get("maximum")
    if low is None or high is None:
        return ""
    above = "above " if "exclusiveMinimum" in value else ""
    return f", {above}{low:,g} to {high:,.13g}"


def default_of(name: str, value: dict[str, Any], required: list[str]) -> str:
    if name in required:
        return "required"
    if "default" not in value and value.get("type") == "string":
        return "see there"  # made when it is needed
    default = value.get("default", {})
    if isinstance(default, float) and default.is_integer():
        default = int(default)
    return f"`{json.dumps(default)}`"


def table(section: Section, known: list[Section]) -> list[str]:
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    required = section.schema.get("required", [])
    for name, value in section.schema["properties"].items():
        path = f"{section.path}.{name}" if section.path else name
        cells = [f"`{name}`", type_of(path, value, known), default_of(name, value, required)]
        cells.append(value["description"])
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return [*rows, ""]


REGISTRY_INTRODUCTION = """\
# Configuration of the registry

<!-- Written by tools/config_doc.py from callgate/registry/config/registry.schema.json. Edit the
descriptions in callgate/registry/config/, and the other text in the tool. -->

`callgate registry serve` is configured by the mesh's environment variables
([registry.md](registry.md#variables-of-the-mesh)), by a YAML file with `--config`, or by both.

```yaml registry
# yaml-language-server: $schema=./registry.schema.json
host: 0.0.0.0
port: 8443
tls: {mode: strict, cert: registry.pem, key: registry-key.pem}
trust: {backend: [spire, filestore], dir: /etc/mcp-mesh/trust}
entities:
  partner-corp:
    agent_id: "dns:{name}.agents.partner.example"
    http_host: true
    capabilities: ["orders-*"]
  operations: {admin: true}
health: {port: 8081}
```

The schema, for editors, is printed by `callgate schema registry`. The form of the file, secrets and
faults are as [those of the gateway](configuration.md#rules). What stands where:

1. What the command line gives stands over everything.
2. `CALLGATE_REGISTRY__HEALTH__PORT=8081` overrides `health.port`: the keys on the way, in any case,
   joined by two underscores. The value is YAML.
3. The mesh's variables stand over the file. An empty one counts as none.

A variable that is named like a setting of the registry and is none, such as `MCP_MESH_TLS_MOED`,
does not start. Durations are seconds, or texts such as `1h`, `5m30s`, `300ms`. Relative paths are
looked up in the folder of the file, without one in the working directory.

## Top level
"""


@dataclass(frozen=True)
class Page:
    """A page, the schema that it is made from, and the text around the tables."""

    file: Path
    schema: Path
    introduction: str
    conclusion: str


PAGES = [
    Page(
        ROOT / "docs" / "configuration.md",
        PACKAGE / "gateway/config/gateway.schema.json",
        INTRODUCTION,
        CONCLUSION,
    ),
    Page(
        ROOT / "docs" / "registry-configuration.md",
        PACKAGE / "registry/config/registry.schema.json",
        REGISTRY_INTRODUCTION,
        "",
    ),
]


def render(page: Page) -> str:
    schema = json.loads(page.schema.read_text())
    top = Section("", schema)
    known = [
        section
        for name, value in schema["properties"].items()
        for section in sections_below(name, value, schema)
    ]
    lines = [page.introduction, *table(top, known)]
    for section in known:
        about = section.schema["description"].strip()
        lines += [f"## {section.path}", "", about, "", *table(section, known)]
    return "\n".join([*lines, page.conclusion]).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check({page.file: render(page) for page in PAGES}, sys.argv[1:]))
