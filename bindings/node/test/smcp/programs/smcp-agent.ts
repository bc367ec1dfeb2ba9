// A program for the published SMCP SDK: an agent.
import { SMCPClient, SMCPError } from "@100monkeys-ai/smcp";

const [gatewayUrl, workloadId, scope, tool, argument, value] = process.argv.slice(2) as [
  string, string, string, string, string, string,
];

const client: SMCPClient = new SMCPClient(gatewayUrl + "/", workloadId, scope);
try {
  await client.callTool(tool, { [argument]: value });
} catch (error) {
  if (!(error instanceof SMCPError)) throw error;
  console.log("before attest:", /No security token available/i.test(error.message));
}

const token: string = await client.attest();
console.log("token:", token.slice(0, 3), token.split(".").length);

const args: Record<string, unknown> = { [argument]: value, optional: undefined };
const result = await client.callTool(tool, args) as { content: unknown[] };
console.log("result:", result.content.length > 0);

try {
  await client.callTool("shell.run", { command: "rm -rf /" });
  console.log("the call was not denied");
} catch (error) {
  console.log("denied:", error instanceof SMCPError && error.message !== "");
}

client.dispose();
client.dispose();
try {
  await client.callTool(tool, args);
  console.log("a call after dispose");
} catch (error) {
  console.log("disposed:", error instanceof Error);
}
