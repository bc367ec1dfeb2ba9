// peers.mjs BASELINE FOLDER ROUNDS: the same work with callgate and with the npm packages that
// people use for it, each as its documentation recommends for speed. Prints JSON: name to
// nanoseconds, a figure for each round.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import canonicalize from "canonicalize";
import { newEnforcer, newModelFromString } from "casbin";
import { jwtVerify } from "jose";
import { canonicalize as jsonCanonicalize } from "json-canonicalize";

import { AttestationVerifier, NoopReplayCache } from "../../bindings/node/dist/attestation/index.js";
import * as callgate from "../../bindings/node/dist/index.js";
import { looped, loopedAsync, measure, startBaseline } from "../measure.mjs";

const NOW = 1_780_315_200_000;
const [program, folder, rounds] = process.argv.slice(2);
const baseline = await startBaseline(program, folder);
const read = (name) => readFileSync(join(folder, name));
const works = {};

const CASBIN_MODEL = `
[request_definition]
r = sub, tool, path
[policy_definition]
p = sub, tool, path
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.tool == p.tool && keyMatch(r.path, p.path)
`;

// `count` tools, each with a folder of its own; the call is within one of them.
for (const count of [4, 100, 1000]) {
  const all = Array.from({ length: count }, (_, i) => i);
  const one = count / 2;
  const tool = `service${one}.read`;
  const text = JSON.stringify({ path: `/workspace/project${one}/src/main.py`, encoding: "utf-8" });
  const bytes = Buffer.from(text);

  const ours = callgate.PolicySet.loadSync(join(folder, `wide_policy_${count}.json`));
  const enforcer = await newEnforcer(newModelFromString(CASBIN_MODEL));
  await enforcer.addPolicies(all.map((i) => ["wide", `service${i}.read`, `/workspace/project${i}/*`]));
  const parsed = cedar.preparsePolicySet(`wide-${count}`, {
    staticPolicies: all
      .map(
        (i) =>
          `permit(principal == Agent::"wide", action == Action::"call", ` +
          `resource == Tool::"service${i}.read") ` +
          `when { context.path like "/workspace/project${i}/*" };`,
      )
      .join("\n"),
  });
  if (parsed.type !== "success") throw new Error("cedar did not take the policies");

  const withCallgate = () => ours.evaluate("wide", tool, bytes).allowed;
  const withCasbin = () => enforcer.enforce("wide", tool, JSON.parse(bytes.toString()).path);
  const withCedar = () => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: "Agent", id: "wide" },
      action: { type: "Action", id: "call" },
      resource: { type: "Tool", id: tool },
      context: JSON.parse(bytes.toString()),
      preparsedPolicySetId: `wide-${count}`,
      entities: [],
    });
    return answer.type === "success" && answer.response.decision === "allow";
  };
  if (!withCallgate() || !(await withCasbin()) || !withCedar()) throw new Error("one denied");
  works[`evaluate_${count}/callgate`] = looped(withCallgate);
  works[`evaluate_${count}/casbin`] = loopedAsync(withCasbin);
  works[`evaluate_${count}/cedar-wasm`] = looped(withCedar);
}

for (const [size, name] of [["600B", "payload.json"], ["100kB", "large.json"]]) {
  const bytes = read(name);
  const ours = () => callgate.canonicalize(bytes);
  const theirs = {
    canonicalize: () => Buffer.from(canonicalize(JSON.parse(bytes.toString()))),
    "json-canonicalize": () => Buffer.from(jsonCanonicalize(JSON.parse(bytes.toString()))),
  };
  works[`canonicalize_${size}/callgate`] = looped(ours);
  for (const [peer, work] of Object.entries(theirs)) {
    if (!work().equals(Buffer.from(ours()))) throw new Error("the canonical forms differ");
    works[`canonicalize_${size}/${peer}`] = looped(work);
  }
}

const token = read("token.txt").toString();
const jwk = JSON.parse(read("issuer_key.jwk").toString());
const issuerKeys = { "issuer-1": callgate.PublicKey.fromJwk(jwk) };
const peerKey = createPublicKey({ key: jwk, format: "jwk" });
works["verify_token/callgate"] = looped(() =>
  callgate.verifyToken(token, issuerKeys, { now: NOW, audience: "callgate" }),
);
works["verify_token/jose"] = loopedAsync(() =>
  jwtVerify(token, peerKey, { audience: "callgate", currentDate: new Date(NOW) }),
);

// A token with its nested claims. jose does the signature and the times, and reads none of them.
const audience = "https://mcp-server.example.com";
const attestation = read("attestation_token.txt").toString();
const verifier = new AttestationVerifier({
  trustedIssuers: [{ issuer: "https://issuer.example", keys: issuerKeys }],
  audience,
  replayCache: new NoopReplayCache({ onlyForTests: true }),
});
const attested = async () => {
  if (!(await verifier.verify(attestation, { now: NOW })).verified) throw new Error("refused");
};
await attested();
works["verify_attestation/callgate"] = loopedAsync(attested);
works["verify_attestation/jose"] = loopedAsync(() =>
  jwtVerify(attestation, peerKey, { audience, currentDate: new Date(NOW) }),
);

console.log(JSON.stringify(await measure(works, Number(rounds), baseline)));
baseline.close();
