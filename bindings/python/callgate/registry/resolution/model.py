"""What resolution reads, and what it finds: plain frozen values, safe to share between threads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from callgate import CallgateError

# What a dependency says of tags: "t" must be there, "+t" is better, "-t" must be absent. A tuple is
# a group of which one member must match.
Tag: TypeAlias = str | tuple[str, ...]
MatchMode: TypeAlias = Literal["strict", "subset"]
FilterMode: TypeAlias = Literal["all", "best_match", "*"]
Schema: TypeAlias = Mapping[str, Any]


class TooLarge(CallgateError):
    """What an agent asks for is over a bound; the text says which."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "LIMIT_EXCEEDED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One selector: what a tool needs from some other tool.

    ``version`` is a constraint as in ``versions``, empty for any. ``match_mode`` asks for a check
    of the provider's output schema against ``expected_schema`` and its hash. The namespace that
    agents send with these has no effect.
    """

    capability: str
    tags: tuple[Tag, ...] = ()
    version: str = ""
    required: bool = False
    match_mode: MatchMode | None = None
    expected_schema: Schema | None = field(default=None, compare=False)  # expectedSchemaCanonical
    expected_schema_hash: str | None = None
    # The schema as JSON: what dependencies differ by, and how much there is to compare.
    schema_digest: bytes | None = field(init=False, default=None, repr=False)
    schema_length: int = field(init=False, default=0, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.expected_schema is not None:
            text = json_text(self.expected_schema)
            object.__setattr__(self, "schema_digest", digest_of(text))
            object.__setattr__(self, "schema_length", len(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmFilter:
    """Which tools a language model may use: ``llm_filter`` of a tool.

    A selector with an empty capability filters by the rest alone; agents also write it ``"*"``.
    """

    selectors: tuple[Dependency, ...] = ()
    mode: FilterMode = "all"

    @property
    def asked(self) -> tuple[Dependency, ...]:
        """What is looked for: mode ``*`` takes every tool."""
        return (Dependency(capability=""),) if self.mode == "*" else self.selectors


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRow:
    """One tool of an agent, as its heartbeat describes it. An agent's function names differ.

    ``dependencies`` has an element for each position: the alternatives at it, best first. Almost
    always that is one; it is never empty. ``capability`` is empty for a route of an API agent.
    """

    function_name: str
    capability: str
    version: str = "1.0.0"
    tags: tuple[str, ...] = ()
    description: str = ""
    dependencies: tuple[tuple[Dependency, ...], ...] = ()
    input_schema: Schema | None = None  # inputSchema
    output_schema: Schema | None = None  # outputSchemaCanonical
    output_schema_hash: str | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    llm_filter: LlmFilter | None = None
    llm_provider: Dependency | None = None
    # How long these are in an answer, at most, in bytes: kwargs, and all that a model is told.
    kwargs_bytes: int = field(init=False, default=0, compare=False, repr=False)
    model_bytes: int = field(init=False, default=0, compare=False, repr=False)

    def __post_init__(self) -> None:
        kwargs = len(json_text(self.kwargs)) if self.kwargs else 0
        told = self.function_name, self.capability, self.version, self.tags, self.description
        object.__setattr__(self, "kwargs_bytes", kwargs)
        object.__setattr__(self, "model_bytes", len(json_text([*told, self.input_schema])))

    @property
    def dependency_count(self) -> int:
        """How many selectors it has, with alternatives, filters and a language model."""
        filters = 0 if self.llm_filter is None else len(self.llm_filter.selectors)
        positions = sum(map(len, self.dependencies))
        return positions + filters + (self.llm_provider is not None)

    @property
    def required(self) -> tuple[tuple[Dependency, ...], ...]:
        """The positions without which it cannot serve: those where an alternative says so."""
        return tuple(p for p in self.dependencies if any(one.required for one in p))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An agent with its tools, as far as resolution is concerned; a consumer is one too.

    ``entity`` is the operator's name of what vouches for it, None for an anonymous row. Where
    ``host`` is empty or ``port`` 0, it can be reached over its standard input only.
    """

    agent_id: str
    host: str = ""
    port: int = 0
    entity: str | None = None
    tools: tuple[ToolRow, ...] = ()

    @property
    def endpoint(self) -> str:
        """``https://host:port`` where an entity vouches for the agent, ``http://`` elsewhere."""
        if not self.host or not self.port:
            return f"stdio://{self.agent_id}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.entity is None else 'https'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The tool that serves a dependency, and the agent that has it."""

    provider: Provider
    tool: ToolRow
    dependency: Dependency  # the alternative that matched


def digest_of(text: str) -> bytes:
    """SHA-256 of a schema's JSON."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def json_text(value: object) -> str:
    """With keys in order. All of it is ASCII, so that it is never shorter than in UTF-8."""
    return json.dumps(value, sort_keys=True)
