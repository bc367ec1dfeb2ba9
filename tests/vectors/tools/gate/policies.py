"""The policies that the steps name."""

POLICIES = {
    "seed": """
- name: default
  capabilities:
    - tool_pattern: "fs.*"
      path_allowlist: [/workspace]
      max_response_size: 100
    - tool_pattern: web.get
      rate_limit: {calls: 3, per_seconds: 60}
      max_response_size: 1000
  deny_list: [fs.delete]
- name: narrow
  capabilities:
    - tool_pattern: fs.read
      path_allowlist: [/workspace/a]
      max_response_size: 50
    - tool_pattern: web.get
      rate_limit: {calls: 2, per_seconds: 60}
  deny_list: [fs.delete]
""",
    "open": """
- {name: default, capabilities: [{tool_pattern: "*"}]}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
""",
    "shut": """
- {name: default, capabilities: []}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
""",
    "orphaned": """
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
""",
    "patient": """
- name: default
  capabilities:
    - {tool_pattern: web.get, rate_limit: {calls: 3, per_seconds: 3600}}
""",
    "two limits": """
- name: default
  capabilities:
    - {tool_pattern: web.get, rate_limit: {calls: 1, per_seconds: 60}, max_response_size: 10}
    - {tool_pattern: "web.*", rate_limit: {calls: 1, per_seconds: 30}, max_response_size: 20}
- name: narrow
  capabilities: []
""",
}
