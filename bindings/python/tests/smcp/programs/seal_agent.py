"""A program for the published SEAL SDK: an agent."""

import sys

from seal import AttestationResult, SEALClient, SEALError

gateway_url, workload_id, scope, tool, argument, value = sys.argv[1:]

client = SEALClient(gateway_url, workload_id, security_scope=scope)
assert (client.security_token, client.expires_at, client.session_id) == (None, None, None)

result = client.attest()
assert isinstance(result, AttestationResult)
assert result.security_token == client.security_token
assert result.expires_at == client.expires_at
assert result.session_id == client.session_id
print("token:", result.security_token[:3], result.expires_at[-1], result.session_id is not None)

print("result:", "content" in client.call_tool(tool, {argument: value}))
try:
    client.call_tool("shell.run", {"command": "rm -rf /"})
except SEALError as error:
    print("denied:", str(error) != "")
else:
    raise SystemExit("the call was not denied")
