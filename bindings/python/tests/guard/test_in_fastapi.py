"""A guard in a FastAPI application: one handler for denials, and the request says who calls."""

from typing import Annotated

import pytest
from callgate import Guard, GuardError, PolicySet, ToolCall
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse
from starlette.testclient import TestClient

POLICY = """
name: default
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace]
  - tool_pattern: fs.write
    path_allowlist: [/workspace]
    rate_limit: {calls: 1, per_seconds: 3600}
"""


def caller(call: ToolCall) -> str:
    return str(call.injected["request"].headers["x-user"])


@pytest.fixture
def client() -> TestClient:
    guard = Guard(PolicySet.parse(POLICY))
    app = FastAPI()

    @app.exception_handler(GuardError)
    async def denied(request: Request, error: GuardError) -> JSONResponse:
        wait = error.decision.retry_after
        headers = {} if wait is None else {"retry-after": str(round(wait))}
        status = 403 if wait is None else 429
        return JSONResponse({"code": error.code_name}, status_code=status, headers=headers)

    @app.get("/read")
    @guard.tool("fs.read", subject=caller, context="default", injected=("request",))
    async def read(request: Request, path: str, lines: int = 10) -> str:
        return f"{lines} of {path}"

    @app.post("/write")
    @guard.tool("fs.write", subject=caller, context="default", injected=("request", "x_user"))
    def write(request: Request, path: str, x_user: Annotated[str, Header()]) -> str:
        return f"{x_user} wrote {path}"

    return TestClient(app, headers={"x-user": "alice"})


def test_what_the_guard_allows_is_answered(client: TestClient) -> None:
    answer = client.get("/read", params={"path": "/workspace/a"})
    assert (answer.status_code, answer.json()) == (200, "10 of /workspace/a")
    answer = client.post("/write", params={"path": "/workspace/a"})
    assert (answer.status_code, answer.json()) == (200, "alice wrote /workspace/a")


def test_what_the_guard_denies_is_one_handlers(client: TestClient) -> None:
    for path in ("/etc/passwd", "/workspace/../etc/passwd"):
        answer = client.get("/read", params={"path": path})
        assert (answer.status_code, answer.json()) == (403, {"code": "PATH_NOT_ALLOWED"})


def test_rates_are_of_each_user(client: TestClient) -> None:
    def write(user: str) -> int:
        answer = client.post("/write", params={"path": "/workspace/a"}, headers={"x-user": user})
        assert ("retry-after" in answer.headers) is (answer.status_code == 429)
        return answer.status_code

    assert [write(user) for user in ("alice", "alice", "bob", "bob")] == [200, 429, 200, 429]


def test_what_fastapi_refuses_is_not_charged(client: TestClient) -> None:
    assert client.post("/write").status_code == 422
    assert client.post("/write", params={"path": "/workspace/a"}).status_code == 200
