// A program for the published SMCP SDK: keys, envelopes, and a server that verifies them.
import {
  createCanonicalMessage,
  createSmcpEnvelope,
  Ed25519Key,
  SMCPError,
  type McpPayload,
  type SmcpEnvelope,
} from "@100monkeys-ai/smcp";
import { verifySmcpEnvelope } from "@100monkeys-ai/smcp/server";

const token = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl";
const payload: McpPayload = {
  jsonrpc: "2.0",
  id: "req-01234567",
  method: "tools/call",
  params: { name: "fs.read", arguments: { path: "/workspace/é", limit: 10, ratio: 0.5 } },
};

const key = await Ed25519Key.generate();
const publicKey: Uint8Array = key.getPublicKeyBytes();
console.log("key:", publicKey.length, key.getPublicKeyBase64().length);

const envelope: SmcpEnvelope = await createSmcpEnvelope(token, payload, key);
const received: unknown = JSON.parse(JSON.stringify(envelope));
const verified: McpPayload = await verifySmcpEnvelope(received, publicKey, 30);
console.log("verified:", verified.method, JSON.stringify(verified.params) !== undefined);

const now = Math.floor(Date.now() / 1000);
async function made(seconds: number): Promise<SmcpEnvelope> {
  return {
    protocol: "smcp/v1",
    security_token: token,
    signature: await key.signBase64(createCanonicalMessage(token, payload, seconds)),
    payload,
    timestamp: new Date(seconds * 1000).toISOString(),
  };
}
console.log("by hand:", (await verifySmcpEnvelope(await made(now), publicKey)).id);

for (const bad of [
  await made(now - 60),
  { ...envelope, payload: { ...payload, id: "req-other" } },
  { protocol: "smcp/v1" },
  null,
]) {
  try {
    await verifySmcpEnvelope(bad, publicKey);
    console.log("accepted");
  } catch (error) {
    console.log("refused:", error instanceof SMCPError);
  }
}

key.erase();
key.erase();
try {
  await key.sign(new Uint8Array([1]));
  console.log("signed");
} catch (error) {
  console.log("erased:", error instanceof Error);
}
