// bench_node.mjs BASELINE FOLDER ROUNDS: the Node package. Prints JSON: name to nanoseconds, a
// figure for each round.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Gate, Guard, PolicySet, PublicKey, canonicalize } from "callgate";
import { AttestationVerifier, NoopReplayCache } from "callgate/attestation";

import { looped, loopedAsync, measure, startBaseline } from "./measure.mjs";

const NOW = 1_780_315_200_000;
const WIDE = 100;
const [program, folder, rounds] = process.argv.slice(2);
const baseline = await startBaseline(program, folder);
const read = (name) => readFileSync(join(folder, name));

const session = PolicySet.loadSync(join(folder, "session_policy.yaml"));
const wide = PolicySet.loadSync(join(folder, `wide_policy_${WIDE}.json`));
const tool = `service${WIDE / 2}.read`;
const parsed = { path: `/workspace/project${WIDE / 2}/src/main.py`, encoding: "utf-8" };
const args = Buffer.from(JSON.stringify(parsed));
const write = Buffer.from('{"path":"/workspace/project/src/main.py","encoding":"utf-8"}');
const nothing = Buffer.from("{}");
const payload = read("payload.json");
const large = read("large.json");
if (!wide.evaluate("wide", tool, args).allowed || !wide.evaluate("wide", tool, parsed).allowed) {
  throw new Error("evaluate denied");
}

const guard = new Guard(PolicySet.loadSync(join(folder, "guarded_policy.yaml")));
// One subject would reach the rate.
const subjects = Array.from({ length: 64 }, (_, n) => `agent-${n}`);
let checks = 0;
if (!guard.check("agent-7", "guarded", "fs.write", write).allowed) throw new Error("check denied");

const sessionKey = PublicKey.fromJwk(read("session_key.jwk").toString());
const issuerKeys = { "issuer-1": PublicKey.fromJwk(read("issuer_key.jwk").toString()) };
const token = read("token.txt").toString();
const envelopes = read("envelopes.jsonl")
  .toString()
  .trimEnd()
  .split("\n")
  .map((line) => Buffer.from(line));
const options = { now: NOW };

// Envelopes that were never seen, on a fresh gate each time.
function authorize(n) {
  const gate = new Gate(session, {
    issuerKeys,
    issuer: "https://issuer.example",
    audience: "callgate",
  });
  gate.openSession(token, sessionKey, options);
  if (!gate.authorize(envelopes[0], options).allowed) throw new Error("the first call was denied");
  let allowed = 0;
  const start = process.hrtime.bigint();
  for (let i = 1; i <= n; i++) if (gate.authorize(envelopes[i], options).allowed) allowed++;
  const took = Number(process.hrtime.bigint() - start);
  if (allowed !== n) throw new Error("a call was denied");
  gate[Symbol.dispose]?.();
  return took;
}

// A token that is new to the verifier, and a known one with a proof. What is used is not remembered,
// so that one of each will do.
const audience = "https://mcp-server.example.com";
const verifier = new AttestationVerifier({
  trustedIssuers: [{ issuer: "https://issuer.example", keys: issuerKeys }],
  audience,
  replayCache: new NoopReplayCache({ onlyForTests: true }),
});
const attestation = read("attestation_token.txt").toString();
const bound = read("attestation_bound_token.txt").toString();
const known = {
  now: NOW,
  proof: read("attestation_proof.txt").toString(),
  method: "tools/call",
  requestHash: createHash("sha256").update("{}").digest(),
  era: "modern",
};
for (const result of [
  await verifier.verify(attestation, options),
  await verifier.verify(bound, known),
]) {
  if (!result.verified) throw new Error("a token was refused");
}

const figures = await measure(
  {
    "authorize/known_token": [authorize, envelopes.length - 1],
    "evaluate/bytes": looped(() => wide.evaluate("wide", tool, args).allowed),
    "evaluate/parsed": looped(() => wide.evaluate("wide", tool, parsed).allowed),
    "evaluate/least": looped(() => session.evaluate("code-assistant", "docs.list", nothing).allowed),
    "guard/check_rate_bytes": looped(
      () => guard.check(subjects[checks++ % 64], "guarded", "fs.write", write).allowed,
    ),
    "attestation/verify": loopedAsync(() => verifier.verify(attestation, options)),
    "attestation/verify_known": loopedAsync(() => verifier.verify(bound, known)),
    loop: looped(() => true),
    "json/canonicalize_600B": looped(() => canonicalize(payload)),
    "json/canonicalize_100kB": looped(() => canonicalize(large)),
  },
  Number(rounds),
  baseline,
  ["attestation", "envelope", "token"],
);
console.log(JSON.stringify(figures));
baseline.close();
