// A program for the published SEAL SDK: an agent.
import { SEALClient, SEALError, type AttestationResult } from "seal-protocol";

const [gatewayUrl, workloadId, scope, tool, argument, value] = process.argv.slice(2) as [
  string, string, string, string, string, string,
];

const client = new SEALClient(gatewayUrl, workloadId, scope);
const result: AttestationResult = await client.attest();
const expires: Date = new Date(result.expires_at);
const session: string | undefined = result.session_id;
console.log("token:", result.security_token.slice(0, 3), expires > new Date(), session !== undefined);

const answer: unknown = await client.callTool(tool, { [argument]: value });
console.log("result:", typeof answer === "object" && answer !== null && "content" in answer);

try {
  await client.callTool("shell.run", { command: "rm -rf /" });
  console.log("the call was not denied");
} catch (error) {
  console.log("denied:", error instanceof SEALError && error.message !== "");
} finally {
  client.dispose();
}
