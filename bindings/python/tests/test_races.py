"""Threads that race: each answer is one that some order of them gives."""

import threading
from collections.abc import Callable

from callgate import CallgateError, Committed, PolicySet, SecretKey
from gate_world import NOW, World


def race(work: Callable[[], bool], threads: int = 8) -> list[bool]:
    start = threading.Barrier(threads)
    answers: list[bool] = []

    def run() -> None:
        start.wait(timeout=60)
        answers.append(work())

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(timeout=60)
    assert len(answers) == threads
    return answers


def test_of_eight_threads_that_race_one_envelope_one_is_allowed(world: World) -> None:
    data = world.agent().envelope()
    answers = race(lambda: world.gate.authorize(data, now=NOW).allowed)
    assert sum(answers) == 1


def test_of_eight_threads_that_race_a_limit_of_three_three_are_allowed(world: World) -> None:
    agent = world.agent()
    envelopes = [agent.envelope() for _ in range(8)]
    answers = race(lambda: world.gate.authorize(envelopes.pop(), now=NOW).allowed)
    assert sum(answers) == 3


def test_of_eight_threads_that_finish_one_plan_one_is_allowed(world: World) -> None:
    plan = world.gate.plan(world.agent().envelope(), now=NOW)
    assert sum(race(lambda: plan.finish(Committed((0,))).allowed)) == 1


def test_policies_are_swapped_while_threads_decide(world: World) -> None:
    agent = world.agent()
    closed = PolicySet.parse("name: wide\ncapabilities: []")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            world.gate.set_policy(closed)
            world.gate.set_policy(world.policy)

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for _ in range(200):
            decision = agent.call()
            assert decision.allowed is (
                decision.policy_digest == world.policy.digest and decision.code_name is None
            )
            assert decision.code_name in (None, "TOOL_NOT_ALLOWED", "RATE_LIMIT_EXCEEDED")
    finally:
        stop.set()
        swapping.join(timeout=60)


def test_a_key_closed_while_threads_sign_completes_or_refuses() -> None:
    key = SecretKey.generate()
    public = key.public_key
    start = threading.Barrier(2)

    def sign() -> bool:
        start.wait(timeout=60)
        try:
            while True:
                assert public.verify(key.sign(b"message"), b"message")
        except CallgateError as error:
            return error.code_name == "INVALID_ARGUMENT"

    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(sign()))
    thread.start()
    start.wait(timeout=60)
    key.close()
    thread.join(timeout=60)
    assert answers == [True]
