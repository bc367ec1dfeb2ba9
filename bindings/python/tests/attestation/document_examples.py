"""Programs of users of the public package, with the import line changed and nothing else.

Each is the body of a coroutine; what the programs leave undefined is passed as globals.
"""

from __future__ import annotations

import builtins
import dis
import textwrap
from types import CodeType
from typing import Any

CREATING = """
from callgate.attestation import (
    AttestationProvider,
    AgentIdentity,
    KeyPair,
)

keypair = KeyPair.generate("anthropic-2025-01")
provider = AttestationProvider(
    issuer="https://api.anthropic.com",
    keypair=keypair,
)

identity = AgentIdentity(
    model_family="claude-4",
    model_version="claude-sonnet-4-20250514",
    provider="anthropic",
)

token = provider.create_token(
    identity=identity,
    audience="https://mcp-server.example.com",
)
"""

VERIFYING = """
from callgate.attestation import (
    AttestationVerifier,
    InMemoryKeyResolver,
    VerificationPolicy,
)

key_resolver = InMemoryKeyResolver()
key_resolver.add_keypair("https://api.anthropic.com", keypair)

verifier = AttestationVerifier(
    trusted_issuers=["https://api.anthropic.com"],
    key_resolver=key_resolver,
    policy=VerificationPolicy.REQUIRED,
)

result = await verifier.verify(token)

if result.verified:
    print(f"Verified agent: {result.subject}")
    print(f"Trust level: {result.trust_level}")
else:
    print(f"Verification failed: {result.error}")
"""

CLIENT = """
from mcp.client.stdio import stdio_client
from callgate.attestation import AttestationProvider, AgentIdentity, KeyPair
from callgate.attestation.mcp_client import AttestingClientSession

keypair = KeyPair.generate("my-key")
provider = AttestationProvider(issuer="https://api.anthropic.com", keypair=keypair)
identity = AgentIdentity(model_family="claude-4", model_version="claude-sonnet-4", provider="anthropic")

async with stdio_client(server_params) as (read, write):
    session = AttestingClientSession(
        read_stream=read,
        write_stream=write,
        attestation_provider=provider,
        agent_identity=identity,
        target_audience="https://my-mcp-server.com",
    )
    result = await session.initialize()

    if session.attestation_verified:
        print(f"Verified with trust level: {session.attestation_status['trust_level']}")
"""  # noqa: E501

SERVER = """
from mcp.server.lowlevel.server import Server
from callgate.attestation import AttestationVerifier, InMemoryKeyResolver, VerificationPolicy
from callgate.attestation.mcp_server import AttestingServer, create_attesting_server

key_resolver = InMemoryKeyResolver()
key_resolver.add_keypair("https://api.anthropic.com", trusted_keypair)
verifier = AttestationVerifier(
    trusted_issuers=["https://api.anthropic.com"],
    key_resolver=key_resolver,
    policy=VerificationPolicy.REQUIRED,
)

attesting_server = create_attesting_server("my-server", verifier, version="1.0.0")

@attesting_server.list_tools()
async def list_tools():
    return [...]

@attesting_server.call_tool()
@attesting_server.require_attestation(trust_level=TrustLevel.PROVIDER)
async def call_tool(name, arguments):
    return [...]
"""

LOWER_LEVEL = """
from callgate.attestation import (
    AttestingAgent,
    AttestationMiddleware,
    ServerAttestationCapability,
)

agent = AttestingAgent(provider=provider, identity=identity)
capabilities = agent.inject_into_capabilities(
    {"sampling": {}, "roots": {"listChanged": True}},
    audience="https://mcp-server.example.com"
)

middleware = AttestationMiddleware(
    verifier=verifier,
    capability=ServerAttestationCapability(
        policy="required",
        trusted_issuers=["https://api.anthropic.com"]
    )
)

result = await middleware.process_initialize(request_params)
if result.should_proceed:
    session.attestation = result.context
else:
    return result.error_response
"""

OBSERVING = """
from callgate.attestation import get_metrics, trace_verification, AttestationEventHandler

metrics = get_metrics()
print(metrics.verification_total)
print(metrics.to_prometheus())

with trace_verification("https://api.anthropic.com") as span:
    result = await verifier.verify(token)
    span.set_attribute("verified", result.verified)

class MyHandler(AttestationEventHandler):
    def on_replay_detected(self, issuer, jti):
        alert_security_team(issuer, jti)

register_event_handler(MyHandler())
"""

GIVEN: dict[str, set[str]] = {
    CREATING: set(),
    VERIFYING: {"keypair", "token"},
    CLIENT: {"server_params"},
    SERVER: {"trusted_keypair", "TrustLevel"},
    LOWER_LEVEL: {"provider", "identity", "verifier", "request_params", "session"},
    OBSERVING: {"verifier", "token", "alert_security_team", "register_event_handler"},
}
"""What each leaves undefined."""


def compiled(example: str, given: dict[str, Any]) -> Any:
    """The example as a coroutine function that returns its local names."""
    body = textwrap.indent(example, "    ")
    scope = dict(given)
    exec(f"async def example():\n{body}\n    return locals()\n", scope)
    return scope["example"]


def undefined(example: str) -> set[str]:
    """The global names that it reads, and that Python does not have."""
    return {
        name for name in _globals(compiled(example, {}).__code__) if not hasattr(builtins, name)
    }


def _globals(code: CodeType) -> set[str]:
    names = {
        str(step.argval) for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"
    }
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _globals(constant)
            # The body of a class reads names that are not its own with LOAD_NAME.
            names |= {
                str(step.argval)
                for step in dis.get_instructions(constant)
                if step.opname == "LOAD_NAME"
            } - set(dir(type))
    return names
