"""What the operator says of an entity besides its anchors: its names, and its rights."""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from pydantic import Field, field_validator

from callgate.settings.section import Section

ENTITY_NAME: Final = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$"
# An entity, or a trust domain of SPIFFE, whose name may have dots.
EntityName: TypeAlias = Annotated[str, Field(pattern=ENTITY_NAME)]
_TEMPLATE: Final = re.compile(r"(dns|cn|spiffe):(.+)", re.DOTALL)
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


class EntitySettings(Section):
    """Binds what an agent says of itself to its certificate. What is not set is not bound."""

    agent_id: str | None = Field(
        default=None,
        max_length=2048,
        description="`dns:{agent_id}.agents.acme`, `cn:{agent_id}.mcp-mesh.local` or "
        "`spiffe:spiffe://mesh.example/agent/{name}`: with `agent_id` and `name` of the "
        "heartbeat put in, it must be a DNS name, the CN or the SPIFFE ID of the leaf, letter for "
        "letter. Name constraints of an authority (RFC 5280, 4.2.1.10) bind DNS names and URIs "
        "and not the CN: under such an authority, use `dns:` or `spiffe:`. With `{name}`, "
        "`agent_id` must be the name, or the name, `-` and 8 hexadecimal digits.",
    )
    http_host: bool = Field(
        default=False,
        description="The advertised host must be a DNS name or an IP address of the leaf.",
    )
    capabilities: tuple[str, ...] | None = Field(
        default=None,
        description="Names of capabilities that its agents may offer; `*` at the end is any "
        "ending. `null`: all. Framework tools (`__mesh_…`) and routes without a name need none.",
    )
    admin: bool = Field(
        default=False, description="Its certificates may use `/admin` on the agents' listener."
    )

    @field_validator("agent_id", mode="after")
    @classmethod
    def _check_template(cls, value: str | None) -> str | None:
        if value is None:
            return None
        match = _TEMPLATE.fullmatch(value)
        if match is None:
            raise ValueError("expected dns:, cn: or spiffe: and a template")
        fields = set(_FIELD.findall(match[2]))
        if not fields or not fields <= {"agent_id", "name"}:
            raise ValueError("expected {agent_id} or {name} in the template, and nothing else")
        return value

    @field_validator("capabilities", mode="after")
    @classmethod
    def _check_names(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for name in value or ():
            if not name or "*" in name[:-1]:
                raise ValueError("expected names, with * at the end of one at most")
        return value
