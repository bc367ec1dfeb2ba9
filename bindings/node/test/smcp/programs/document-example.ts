// The example of the SMCP document; the address is the test's.
import { SMCPClient } from "@100monkeys/smcp";

const client = new SMCPClient(
  process.argv[2]!,
  "exec-abc123",
  "research-safe",
);

try {
  await client.attest();
  const result = await client.callTool("web_search", {
    query: "Model Context Protocol security",
  });
  console.log(result);
} finally {
  client.dispose(); // zeroes key bytes in memory
}
