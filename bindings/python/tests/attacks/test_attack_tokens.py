"""Tokens: only the issuer's, only while they last, only with the key and session they are of."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from typing import Any

import pytest
from callgate import SecretKey
from signing import Agent, claims_of, header_of, part, token_of
from world import INVOKE, TOOLS, Answer, World, mark

attack = pytest.mark.attack


def answers(here: World, agent: Agent, token: str, id: str) -> list[Answer]:
    """To calls that the session's own key signs with that token, and to a listing with it."""
    calls = [here.post(here.read_as(agent, id, token=token), g) for g in INVOKE]
    listing = here.http.get(TOOLS["B"], headers={"authorization": f"Bearer {token}"})
    assert listing.status_code in (400, 401), listing.text
    return calls


def refused(here: World, agent: Agent, token: str, name: str, numbers: tuple[int, int]) -> None:
    """On all paths with the number of the path, and the tool never ran."""
    id = mark()
    for generation, answer in zip(INVOKE, answers(here, agent, token, id), strict=True):
        number = numbers[generation == "C"]
        assert (answer.status, answer.code, answer.number) == (401, name, number), token
        assert answer.body["error"]["details"] == {}
    assert here.times(id) == 0


INVALID = ("INVALID_TOKEN", (1003, 1004))
EXPIRED = ("EXPIRED_TOKEN", (1002, 1003))


@attack("A38")
@pytest.mark.parametrize(
    "alg", ["none", "nOnE", "", "HS256", "RS256", "PS256", "ES256", "Ed25519", "EDDSA", ["EdDSA"]]
)
def test_a_token_chooses_no_algorithm(here: World, alg: Any) -> None:
    agent = here.agent()
    header = {**header_of(agent.token), "alg": alg}
    signed = f"{part(header)}.{part(claims_of(agent.token))}"
    public = here.issuer.public_key
    signatures = {
        "empty": "",
        "issuer's": part(here.issuer.sign(signed.encode())),
        **{
            f"HMAC {n}": part(hmac.new(secret, signed.encode(), hashlib.sha256).digest())
            for n, secret in enumerate((public.to_bytes(), public.to_pem().encode()))
        },
    }
    for signature in signatures.values():
        refused(here, agent, f"{signed}.{signature}", *INVALID)


@attack("A39", "A63")
@pytest.mark.parametrize(
    "change",
    [
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False},
        {"typ": "at+jwt"},
        {"typ": None},
        {"cty": "JWT"},
        {"kid": "../../k"},
        {"kid": "k' OR '1'='1"},
        {"kid": 1},
        {"zip": "DEF"},
    ],
    ids=str,
)
def test_a_token_names_no_key_and_no_extension(here: World, change: dict[str, Any]) -> None:
    agent = here.agent()
    token = token_of({**header_of(agent.token), **change}, claims_of(agent.token), here.issuer)
    refused(here, agent, token, *INVALID)


@attack("A39")
def test_a_token_brings_no_key_along(here: World) -> None:
    agent = here.agent()
    with SecretKey.generate() as stranger:
        for header in (
            {**header_of(agent.token), "jwk": stranger.public_key.to_jwk()},
            {**header_of(agent.token), "kid": stranger.public_key.thumbprint},
            header_of(agent.token),
        ):
            token = token_of(header, claims_of(agent.token), stranger)
            refused(here, agent, token, *INVALID)


@attack("A39", "A63")
def test_no_address_in_a_token_is_asked_for_keys_and_no_key_id_for_more(here: World) -> None:
    agent = here.agent()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/keys"
        for n in range(20):
            header = {**header_of(agent.token), "kid": f"random-{n}", "jku": url, "x5u": url}
            token = token_of(header, claims_of(agent.token), here.issuer)
            assert here.verdict(here.read_as(agent, mark(), token=token)) == "INVALID_TOKEN"
        with pytest.raises(BlockingIOError):
            listener.accept()
    # The keys are the gateway's own, and still there.
    assert here.verdict(here.read_as(agent, mark())) is None


@attack("A40")
def test_a_token_has_one_spelling(here: World) -> None:
    agent = here.agent()
    header, claims, signature = agent.token.split(".")
    claimed = claims_of(agent.token)
    long = token_of(header_of(agent.token), {**claimed, "x": "y" * 100_000}, here.issuer)
    spellings = [
        f"{header}.{claims}",
        f"{header}.{claims}.",
        f"{agent.token}.",
        f"{agent.token}.{signature}",
        f"{header}=.{claims}.{signature}",
        f"{agent.token}==",
        f" {agent.token}",
        f"{agent.token}\n",
        f"{header}.{claims[:9]}\n{claims[9:]}.{signature}",
        f"{header}.{claims}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}",
        f"..{signature}",
        "x",
    ]
    for token in spellings:
        assert here.verdict(here.read_as(agent, mark(), token=token)) == "INVALID_TOKEN", token
    for token in ("", long):
        assert here.verdict(here.read_as(agent, mark(), token=token)) == "INVALID_ENVELOPE"
    assert here.verdict(here.read_as(agent, mark())) is None


@attack("A41")
def test_no_claim_comes_twice(here: World) -> None:
    agent = here.agent("nothing")
    text = json.dumps(claims_of(agent.token))
    for twice in ('"scp": "files", ', r'"s\u0063p": "files", ', '"jti": "other", '):
        token = token_of(header_of(agent.token), "{" + twice + text[1:], here.issuer)
        refused(here, agent, token, *INVALID)


@attack("A42")
@pytest.mark.parametrize("ago", [0, 1, 30, 60])
def test_a_token_ends_when_it_says_so(here: World, ago: int) -> None:
    agent = here.agent()
    now = int(time.time())
    ended = {**claims_of(agent.token), "iat": now - 3600, "exp": now - ago}
    refused(here, agent, token_of(header_of(agent.token), ended, here.issuer), *EXPIRED)
    lasting = {**ended, "exp": now + 60}
    token = token_of(header_of(agent.token), lasting, here.issuer)
    assert here.verdict(here.read_as(agent, mark(), token=token)) is None


@attack("A43")
@pytest.mark.parametrize(
    "change",
    [
        *({"exp": value} for value in ("9999999999", 1e30, -1, True, [1], 0)),
        {"exp": 99999999999},
        *({"iat": value} for value in ("now", None, -1)),
        {"iat": 4102444800, "exp": 4102445000},
        {"nbf": 4102444800},
        {"nbf": "0"},
        {"exp": None},
    ],
    ids=str,
)
def test_a_tokens_times_are_whole_plain_and_at_most_a_day_apart(
    here: World, change: dict[str, Any]
) -> None:
    agent = here.agent()
    claims = {**claims_of(agent.token), **change}
    refused(here, agent, token_of(header_of(agent.token), claims, here.issuer), *INVALID)
    without = {name: value for name, value in claims.items() if name not in change}
    if "nbf" not in change:
        refused(here, agent, token_of(header_of(agent.token), without, here.issuer), *INVALID)


@attack("A43")
def test_a_token_lasts_a_day_at_most(here: World) -> None:
    agent = here.agent()
    now = int(time.time())
    claims = {**claims_of(agent.token), "iat": now, "exp": now + 86_401}
    refused(here, agent, token_of(header_of(agent.token), claims, here.issuer), *INVALID)


@attack("A44", "A46")
def test_a_token_and_anothers_key_do_not_go_together(here: World) -> None:
    victim, thief, id = here.agent("any"), here.agent(), mark()
    for forged in (
        here.read_as(victim, id, key=thief.key),
        here.read_as(thief, id, token=victim.token),
    ):
        answer = here.post(forged)
        assert (answer.code, answer.number) == ("INVALID_SIGNATURE", 1001)
    assert here.times(id) == 0
    assert here.verdict(here.read_as(victim, id)) is None


@attack("A44", "A52")
@pytest.mark.parametrize("claim", ["sub", "scp", "cnf", "jti"])
def test_every_claim_is_the_sessions(here: World, claim: str) -> None:
    agent, other = here.agent("nothing"), here.agent("any", here.own_execution("any"))
    theirs = claims_of(other.token)[claim]
    claims = {**claims_of(agent.token), claim: theirs}
    token, id = token_of(header_of(agent.token), claims, here.issuer), mark()
    answer = here.post(here.read_as(agent, id, token=token))
    assert answer.code == "INVALID_TOKEN"
    if claim == "cnf":
        del claims["cnf"]
        token = token_of(header_of(agent.token), claims, here.issuer)
        assert here.verdict(here.read_as(agent, id, token=token)) == "INVALID_TOKEN"
    assert here.times(id) == 0


@attack("A45")
def test_after_a_second_attestation_tokens_and_keys_still_belong_together(here: World) -> None:
    first = here.agent()
    second, id = here.agent(first.scope, first.workload), mark()
    assert second.session != first.session
    for forged in (
        here.read_as(first, id, key=second.key),
        here.read_as(second, id, key=first.key),
    ):
        assert here.verdict(forged) == "INVALID_SIGNATURE"
    for agent in (first, second):
        assert here.verdict(here.read_as(agent, id)) is None
    assert here.times(id) == 2


@attack("A45")
def test_a_renewed_token_is_of_the_same_session(here: World) -> None:
    agent = here.agent()
    again, id = here.agent(agent.scope, agent.workload, agent.key), mark()
    assert again.session == agent.session
    assert here.verdict(here.read_as(again, id)) is None


@attack("A56", "A58")
def test_a_forged_token_gets_one_answer_whomever_it_names(here: World) -> None:
    live, ended = here.agent(), here.agent("any", here.own_execution("any"))
    here.operator.delete(f"/admin/v1/sessions/{ended.session}")
    bodies = set()
    with SecretKey.generate() as stranger:
        for claims in (
            claims_of(live.token),
            claims_of(ended.token),
            {**claims_of(live.token), "jti": "unknown"},
            {**claims_of(live.token), "jti": "' OR 1=1 --", "exec_id": "x" * 1000},
            {**claims_of(live.token), "exp": 1},
        ):
            for header in (header_of(live.token), {**header_of(live.token), "kid": "none"}):
                token = token_of(header, claims, stranger)
                forged = here.read_as(live, mark(), token=token, key=stranger)
                answer = here.post(forged)
                answer.body["error"].pop("timestamp")
                bodies.add((answer.status, repr(answer.body)))
    assert len(bodies) == 1


@attack("A58")
def test_a_forged_signature_tells_neither_place_nor_reason(here: World) -> None:
    agent = here.agent()
    with SecretKey.generate() as stranger:
        answers = [
            here.post(agent.call(tool, arguments, key=stranger))
            for tool, arguments in (
                ("fs.read", {"path": "/workspace/a"}),
                ("fs.delete", {}),
                ("no.such", {}),
            )
        ]
    for answer in answers:
        assert answer.code == "INVALID_SIGNATURE"
        error = answer.body["error"]
        assert error["request_id"] is None and error["details"] == {}
    assert len({answer.body["message"] for answer in answers}) == 1


@attack("A59")
def test_an_operators_credential_is_no_token_and_a_token_no_credential(here: World) -> None:
    agent = here.agent()
    credential = here.operator.headers["authorization"]
    listing = here.http.get(TOOLS["B"], headers={"authorization": credential})
    assert listing.status_code == 401
    token = credential.removeprefix("Bearer ")
    assert here.verdict(here.read_as(agent, mark(), token=token)) == "INVALID_TOKEN"
    for path in ("/admin/v1/sessions", "/admin/v1/executions", "/metrics"):
        headers = {"authorization": f"Bearer {agent.token}"}
        assert here.operator.get(path, headers=headers).status_code == 401
        # And operators' paths are not where agents are.
        assert here.http.get(path, headers={"authorization": credential}).status_code == 404


@attack("A59")
@pytest.mark.parametrize("change", [{"iss": "another"}, {"aud": "another"}, {"aud": []}])
def test_a_token_for_somebody_else_is_none_here(here: World, change: dict[str, Any]) -> None:
    agent = here.agent()
    claims = {**claims_of(agent.token), **change}
    refused(here, agent, token_of(header_of(agent.token), claims, here.issuer), *INVALID)
    for name in change:
        del claims[name]
    refused(here, agent, token_of(header_of(agent.token), claims, here.issuer), *INVALID)
