"""Listings: a signed tools/list, and GET with the bearer of a live session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from call_path import INVOKE, PROTOCOL, TOOLS, Agent, CallPath, check_failure, post
from callgate import PolicySet, SecretKey, issue_token
from callgate.gateway.wire.rates import listing_rates
from observed_audit import observed_audit

pytestmark = pytest.mark.anyio
LIST = {"jsonrpc": "2.0", "id": "l-1", "method": "tools/list"}
NAMES = ["fs.read", "web.fetch"]


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[CallPath]:
    async with observed_audit(tmp_path) as audit:
        yield CallPath(audit)


@pytest.fixture(params=["in process", "on a port"])
async def client(
    request: pytest.FixtureRequest, path: CallPath
) -> AsyncIterator[httpx2.AsyncClient]:
    async with AsyncExitStack() as stack:
        entered = path.in_process() if request.param == "in process" else path.on_a_port()
        yield await stack.enter_async_context(entered)


def bearer(agent: Agent) -> dict[str, str]:
    return {"authorization": f"Bearer {agent.token}"}


def names(tools: list[dict[str, Any]]) -> list[str]:
    return [tool["name"] for tool in tools]


@pytest.mark.parametrize("generation", INVOKE)
async def test_a_signed_listing_has_the_tools_that_some_call_could_use(
    path: CallPath, client: httpx2.AsyncClient, generation: str
) -> None:
    envelope = path.agent().sign(LIST, protocol=PROTOCOL[generation])
    status, body, _ = await post(client, envelope, generation)
    assert status == 200
    payload = body["payload"]
    assert (payload["jsonrpc"], payload["id"]) == ("2.0", "l-1")
    assert names(payload["result"]["tools"]) == NAMES
    assert payload["result"]["tools"][0]["inputSchema"] == {"type": "object"}


async def test_a_signed_listing_is_recorded_and_not_repeatable(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    envelope = path.agent().sign(LIST)
    await post(client, envelope)
    status, body, _ = await post(client, envelope)
    check_failure(status, body, "REPLAY_DETECTED", 1004)
    assert [line["method"] for line in path.audit.lines("event")] == ["tools/list", "tools/list"]
    assert path.audit.effects() == 1
    assert path.audit.lines("outcome") == []


@pytest.mark.parametrize("generation", TOOLS)
async def test_a_bearer_gets_the_same_tools_and_the_generations_endpoints(
    path: CallPath, client: httpx2.AsyncClient, generation: str
) -> None:
    response = await client.get(TOOLS[generation], headers=bearer(path.agent()))
    assert response.status_code == 200
    body = response.json()
    assert body["protocol"] == PROTOCOL[generation]
    assert body["invoke_endpoint"] == INVOKE[generation]
    assert body["attestation_endpoint"].endswith("/attest")
    assert body["security_context"] == "research"
    assert names(body["tools"]) == NAMES
    assert "error" not in body


async def test_a_bearers_listing_is_recorded_before_it_is_answered(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    agent = path.agent()
    await client.get(TOOLS["B"], headers=bearer(agent))
    (event,) = path.audit.lines("event")
    assert (event["event"], event["method"]) == ("ToolCallAuthorized", "tools/list")
    assert (event["workload"], event["session"]) == ("w-1", "s-1")
    assert event["allowed"] is True and agent.token not in str(event)
    path.audit.failing = True
    response = await client.get(TOOLS["B"], headers=bearer(agent))
    assert response.status_code == 503
    check_failure(503, response.json(), "AUDIT_UNAVAILABLE", 9003)


async def test_a_session_revoked_while_its_listing_is_recorded_gets_none(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    agent = path.agent()

    async def revoke() -> None:
        path.gate.revoke_session("s-1")

    path.audit.meanwhile = revoke
    response = await client.get(TOOLS["B"], headers=bearer(agent))
    check_failure(response.status_code, response.json(), "SESSION_INACTIVE", 1005)


async def test_refusals_of_a_verified_bearer_are_recorded_as_the_sessions(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    agent = path.agent()
    path.gate.revoke_session("s-1")
    for _ in range(40):  # more than two seconds' worth, should the second turn
        response = await client.get(TOOLS["B"], headers=bearer(agent))
        if response.status_code == 429:
            break
    check_failure(response.status_code, response.json(), "LIMIT_EXCEEDED", 9007)
    events = path.audit.lines("event")
    assert 10 <= len(events) <= 20
    seen = {(e["event"], e["session"], e["workload"], e["code_name"]) for e in events}
    assert seen == {("SignatureVerificationFailed", "s-1", "w-1", "SESSION_INACTIVE")}


async def test_bearers_of_one_session_get_so_many_listings_in_a_time(tmp_path: Path) -> None:
    steady = [0.0]
    rates = listing_rates(3, 60, monotonic=lambda: steady[0])
    async with observed_audit(tmp_path) as audit:
        path = CallPath(audit, rates=rates)
        agent, other = path.agent("s-1"), path.agent("s-2")
        async with path.in_process() as client:
            for generation in TOOLS:  # one rate for all paths
                response = await client.get(TOOLS[generation], headers=bearer(agent))
                assert response.status_code == 200
            response = await client.get(TOOLS["B"], headers=bearer(agent))
            check_failure(response.status_code, response.json(), "LIMIT_EXCEEDED", 9007)
            assert response.status_code == 429
            assert response.headers["retry-after"] == "20"
            assert response.json()["error"]["retry_after"] == pytest.approx(20)

            # It is on record as the session's, and counted.
            event = audit.lines("event")[-1]
            seen = (event["event"], event["session"], event["allowed"], event["code_name"])
            assert seen == ("PolicyViolationBlocked", "s-1", False, "LIMIT_EXCEEDED")
            assert path.counts.replies[-1] == ("tools", "LIMIT_EXCEEDED")

            # Nobody else is slowed down, nor what the session signs.
            assert (await client.get(TOOLS["B"], headers=bearer(other))).status_code == 200
            assert (await post(client, agent.sign(LIST)))[0] == 200
            steady[0] = 20
            assert (await client.get(TOOLS["B"], headers=bearer(agent))).status_code == 200


async def test_who_is_refused_a_listing_uses_up_nobodys_rate(tmp_path: Path) -> None:
    async with observed_audit(tmp_path) as audit:
        path = CallPath(audit, rates=listing_rates(1, 60))
        agent = path.agent("s-1")
        forged = path.stranger("s-1", context="nothing")
        async with path.in_process() as client:
            for _ in range(3):
                response = await client.get(TOOLS["B"], headers=bearer(forged))
                check_failure(response.status_code, response.json(), "INVALID_TOKEN", 1003)
            assert (await client.get(TOOLS["B"], headers=bearer(agent))).status_code == 200


async def test_headers_and_queries_that_name_a_context_are_ignored(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    agent = path.agent("s-0", context="nothing")
    response = await client.get(
        TOOLS["C"] + "?security_context=research",
        headers={**bearer(agent), "x-zaru-security-context": "research"},
    )
    assert response.json()["security_context"] == "nothing"
    assert response.json()["tools"] == []


async def test_a_change_of_the_policy_changes_the_listing(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    agent = path.agent()
    path.gate.set_policy(PolicySet.parse("name: research\ncapabilities: [{tool_pattern: db.drop}]"))
    response = await client.get(TOOLS["A"], headers=bearer(agent))
    assert names(response.json()["tools"]) == ["db.drop"]
    path.gate.set_policy(PolicySet.parse("name: other\ncapabilities: []"))
    response = await client.get(TOOLS["A"], headers=bearer(agent))
    check_failure(response.status_code, response.json(), "SCOPE_NOT_FOUND", 3001)
    assert response.status_code == 403


async def test_a_child_sees_no_more_than_its_parent(
    path: CallPath, client: httpx2.AsyncClient
) -> None:
    path.agent("parent", context="nothing")
    child = path.stranger("child", context="nothing")
    path.gate.open_session(child.token, child.key.public_key, parent="parent")
    policy = "name: nothing\ncapabilities: [{tool_pattern: fs.read}]"
    path.gate.set_policy(PolicySet.parse(policy))
    response = await client.get(TOOLS["B"], headers=bearer(child))
    assert names(response.json()["tools"]) == ["fs.read"]
    path.gate.end_session("parent")
    response = await client.get(TOOLS["B"], headers=bearer(child))
    check_failure(response.status_code, response.json(), "SESSION_INACTIVE", 1005)


class TestBearersThatAreRefused:
    @pytest.mark.parametrize(
        "value",
        [
            None,
            "",
            "Bearer",
            "Basic dXNlcjpwYXNz",
            "Bearer a.b.c",
            "Bearer a b",
            "Bearer " + "x" * 9000,
        ],
    )
    async def test_no_token(
        self, path: CallPath, client: httpx2.AsyncClient, value: str | None
    ) -> None:
        headers = {} if value is None else {"authorization": value}
        response = await client.get(TOOLS["C"], headers=headers)
        body = response.json()
        check_failure(response.status_code, body, "INVALID_TOKEN", 1004, protocol="seal/v1")
        assert response.status_code == 401

    async def test_two_tokens(self, path: CallPath, client: httpx2.AsyncClient) -> None:
        one = ("authorization", f"Bearer {path.agent().token}")
        response = await client.get(TOOLS["B"], headers=[one, one])
        check_failure(response.status_code, response.json(), "INVALID_TOKEN", 1003)

    async def test_of_another_issuer(self, path: CallPath, client: httpx2.AsyncClient) -> None:
        path.agent("s-1")
        claims = {"sub": "w-1", "scp": "research", "jti": "s-1"}
        forged = Agent(issue_token(claims, SecretKey.generate()), SecretKey.generate())
        response = await client.get(TOOLS["B"], headers=bearer(forged))
        check_failure(response.status_code, response.json(), "INVALID_TOKEN", 1003)

    async def test_of_no_session(self, path: CallPath, client: httpx2.AsyncClient) -> None:
        response = await client.get(TOOLS["B"], headers=bearer(path.stranger("s-9")))
        check_failure(response.status_code, response.json(), "UNKNOWN_SESSION", 1005)

    async def test_expired(self, path: CallPath, client: httpx2.AsyncClient) -> None:
        path.agent("s-1")
        old = path.stranger("s-1", lifetime=60, now=1_700_000_000)
        response = await client.get(TOOLS["C"], headers=bearer(old))
        body = response.json()
        check_failure(response.status_code, body, "EXPIRED_TOKEN", 1003, protocol="seal/v1")

    @pytest.mark.parametrize(
        "other", [{"context": "nothing"}, {"subject": "w-2"}, {}], ids=["scp", "sub", "cnf"]
    )
    async def test_whose_claims_are_not_the_sessions(
        self, path: CallPath, client: httpx2.AsyncClient, other: dict[str, str]
    ) -> None:
        path.agent("s-1")
        response = await client.get(TOOLS["B"], headers=bearer(path.stranger("s-1", **other)))
        check_failure(response.status_code, response.json(), "INVALID_TOKEN", 1003)

    @pytest.mark.parametrize("end", ["revoke_session", "end_session"])
    async def test_of_a_session_that_is_over(
        self, path: CallPath, client: httpx2.AsyncClient, end: str
    ) -> None:
        agent = path.agent("s-1")
        getattr(path.gate, end)("s-1")
        response = await client.get(TOOLS["B"], headers=bearer(agent))
        check_failure(response.status_code, response.json(), "SESSION_INACTIVE", 1005)
