"""Rows that are tried in other tests too, or only there: where."""

from __future__ import annotations

from typing import Final

# Tests by file and name, in bindings/python/tests; or a vector of tests/vectors, as file#name.
ELSEWHERE: Final[dict[str, list[str]]] = {
    "A9": ["gateway/test_attest.py::test_a9_a55_only_a_strong_key_in_its_one_spelling_is_taken"],
    "A12": ["gate.json#replay-future-dated"],
    "A13": [
        "gateway/test_serve.py::test_an_envelope_seen_before_a_kill_is_seen_after_it",
        "gateway/test_proof.py::test_a_proof_counts_once_and_not_again_after_a_restart",
    ],
    "A17": ["gate.json#age-exactly-window", "gate.json#age-window-and-1-ms"],
    "A37": ["envelope.json#keys in neither order"],
    "A47": ["gateway/test_serve.py::test_a_revocation_outlives_a_kill"],
    "A48": [
        "gateway/test_invoke.py"
        "::test_a_session_revoked_while_the_call_waits_for_its_server_dispatches_nothing",
        "gateway/test_invoke.py::test_a_session_revoked_while_the_audit_is_written_dispatches_nothing",
    ],
    "A50": [
        "gateway/test_attest_sessions.py::test_a50_another_key_opens_another_session_and_changes_none"
    ],
    "A51": ["gateway/test_docker.py::test_from_elsewhere_nobody_is_the_container"],
    "A54": [
        "gateway/test_attest_bounds.py::test_a54_a_flood_gets_429_and_other_addresses_do_not",
        "gateway/test_attest_bounds.py::test_addresses_beyond_the_bound_share_one_rate",
        "gate.json#sessions-bounded",
    ],
    "A62": ["gateway/test_config.py::test_development_settings_stay_on_loopback"],
    "A64": ["smcp/test_smcp_hostile_gateway.py::test_a_redirect_is_not_followed"],
    "A65": [
        "smcp/test_smcp_hostile_gateway.py::test_an_error_of_another_shape_is_still_an_error",
        "smcp/test_smcp_hostile_gateway.py::test_a_200_that_is_no_strict_json_object_is_no_result",
        "smcp/test_smcp_hostile_gateway.py::test_a_bare_result_is_no_result",
        "gateway/test_replies.py::test_a_refusal_is_told_in_the_numbers_of_the_era",
    ],
    "A66": ["smcp/test_smcp_hostile_gateway.py::test_the_reply_to_another_request_is_no_result"],
    "A111": ["policy_rates.json#rate-sliding-1", "gate.json#rate-boundary"],
    "A114": ["policy_rates.json#rate-sliding-4"],
    "A116": [
        "gateway/test_upstream_stdio.py"
        "::test_a_result_of_exactly_the_limit_passes_and_one_byte_more_is_withheld",
        "gateway/test_upstream_http.py::test_reading_stops_where_the_result_cannot_fit_any_more",
    ],
    "A117": [
        "gate.json#chain-ceiling",
        "gate.json#chain-ends-with-an-ancestor",
        "contains.json#ceiling-path-1",
        "gateway/test_invoke.py::test_the_end_of_a_parent_ends_the_call_of_its_child",
    ],
    "A119": [
        "audit/test_verify.py::test_a_rewritten_and_rehashed_log_is_found_by_its_checkpoints",
        "audit/test_crash_points.py::test_every_crash_point_between_the_two_files",
        "audit/test_disk_full.py::test_calls_stop_and_go_on",
    ],
    "A120": [
        "gateway/test_clock.py::test_a_jump_denies_until_it_was_stable_for_two_windows",
        "gateway/test_clock.py::test_sleep_is_no_jump",
        "gate.json#clock-leap-and-back",
    ],
}
