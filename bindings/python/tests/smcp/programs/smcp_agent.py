"""A program for the published SMCP SDK: an agent."""

import sys

from smcp import SMCPClient
from smcp.client import SMCPError

gateway_url, workload_id, scope, tool, argument, value = sys.argv[1:]

client = SMCPClient(gateway_url=gateway_url + "///", workload_id=workload_id, security_scope=scope)
assert client.gateway_url == gateway_url
assert (client.workload_id, client.security_scope) == (workload_id, scope)
assert client.security_token is None

try:
    client.call_tool(tool, {argument: value})
except SMCPError as error:
    print("before attest:", type(error).__name__ != "", error.status_code is not None)

token = client.attest()
assert isinstance(token, str)
assert client.security_token == token
print("token:", token[:3], len(token.split(".")))

result = client.call_tool(tool, {argument: value})
print("result:", "content" in result)
assert client.call_tool(tool_name=tool, arguments={argument: value}).keys() == result.keys()

try:
    client.call_tool("shell.run", {"command": "rm -rf /"})
except SMCPError as error:
    print("denied:", str(error) != "")
else:
    raise SystemExit("the call was not denied")

del client
