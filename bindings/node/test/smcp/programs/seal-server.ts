// A program for the published SEAL SDK: envelopes, and a server that verifies them.
import {
  createCanonicalMessage,
  createSealEnvelope,
  Ed25519Key,
  SEALError,
  verifySealEnvelope,
  type McpPayload,
  type SealEnvelope,
} from "seal-protocol";

const payload: McpPayload = { jsonrpc: "2.0", id: 1, method: "tools/call" };
const key = await Ed25519Key.generate();
const envelope: SealEnvelope = await createSealEnvelope("a.b.c", payload, key);
const verified = await verifySealEnvelope(envelope, key.getPublicKeyBytes());
console.log(envelope.protocol, verified.id, verified.params);

const old = Math.floor(Date.now() / 1000) - 60;
const stale: SealEnvelope = {
  ...envelope,
  timestamp: new Date(old * 1000).toISOString(),
  signature: await key.signBase64(createCanonicalMessage("a.b.c", payload, old)),
};
const other = Buffer.from(await key.sign(new TextEncoder().encode("other"))).toString("base64");
for (const bad of [stale, { ...envelope, signature: other }, { protocol: "seal/v1" }]) {
  try {
    await verifySealEnvelope(bad, key.getPublicKeyBytes());
    console.log("accepted");
  } catch (error) {
    if (error instanceof SEALError) console.log("refused:", error.code);
  }
}
console.log(new SEALError("text", 1003).code, new SEALError("text").message);
