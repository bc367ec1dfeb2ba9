"""The example of the SMCP document; the address is the test's."""

import sys

from smcp import SMCPClient

# 1. Create client — generates ephemeral keypair immediately, no network call
client = SMCPClient(
    gateway_url=sys.argv[1],
    workload_id="exec-abc123",
    security_scope="research-safe",
)

# 2. Attest — one-time handshake, stores JWT internally
token = client.attest()

# 3. Make signed tool calls
result = client.call_tool("web_search", {"query": "Model Context Protocol security"})
print(result)

# 4. Clean up — erases private key from memory
del client
