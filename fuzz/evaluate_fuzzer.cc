// A verdict depends on the call and the rules alone: not on the order of capabilities, not on what
// was asked before; a deny entry more never opens anything; and what is allowed, one capability
// allows by itself.
#include <array>
#include <string>
#include <vector>

#include "callgate/json.h"
#include "callgate/policy.h"
#include "core/policy/model/context.h"
#include "fuzz/input.h"

namespace {

using callgate::Decision;
using callgate::ErrorCode;
using callgate::PolicySet;
using callgate::fuzz::Input;
using callgate::fuzz::Require;

// Every constraint, alone and beside others, strict and lenient about absence.
constexpr std::string_view kContexts = R"yaml(
- name: paths
  capabilities:
    - {tool_pattern: fs.read, path_allowlist: [/workspace, "/data/*/logs", "/tmp/*"]}
    - {tool_pattern: "fs.*", path_allowlist: [/shared], base_directory: /shared, when_absent: allow}
    - {tool_pattern: "*", path_allowlist: [/], path_arguments: [tree], free_arguments: [target],
       only_arguments: [path, tree, target, PATH]}
  deny_list: ["fs.read:/workspace/secret/*", fs.delete]
- name: domains
  capabilities:
    - {tool_pattern: web.get, domain_allowlist: [api.github.com, "*.wikipedia.org", "x.example:8443"]}
    - {tool_pattern: "web.*", domain_allowlist: [127.0.0.1], domain_arguments: [target],
       when_absent: allow}
  deny_list: [{tool_pattern: "*", domain: "*.evil.example"}]
- name: commands
  capabilities:
    - {tool_pattern: cmd.run, command_allowlist: [git, "npm test", /usr/bin/python],
       subcommand_allowlist: {git: [status, diff]}}
    - {tool_pattern: "cmd.*", command_allowlist: [cat], exec: argv, path_allowlist: [/workspace],
       command_arguments: [line], when_absent: allow}
  deny_list: ["cmd.run:rm", {tool_pattern: "cmd.*", command: "git push"}]
- name: patterns
  capabilities:
    - {tool_pattern: search, argument_patterns: {query: "[a-z ]{1,80}", lang: "en|de"}}
    - {tool_pattern: search, argument_patterns: {query: "(a|aa)*b"}, when_absent: allow}
    - {tool_pattern: "*", only_arguments: []}
- name: limited
  capabilities:
    - {tool_pattern: "fs.*", rate_limit: {calls: 1, per_seconds: 60}, path_allowlist: [/a]}
    - {tool_pattern: "fs.*", rate_limit: {calls: 2, per_seconds: 60}, max_response_size: 10}
    - {tool_pattern: fs.read, path_allowlist: [], max_response_size: 0}
- name: all
  capabilities:
    - {tool_pattern: "*", path_allowlist: [/workspace], domain_allowlist: [a.example],
       command_allowlist: [ls], when_absent: allow}
    - {tool_pattern: run, path_allowlist: [/workspace], domain_allowlist: [a.example],
       command_allowlist: [ls], exec: argv, free_arguments: [note], when_absent: allow}
- name: declared
  capabilities:
    - tool_pattern: fs.read
      arguments:
        path: {path: {allow: [/workspace, "/tmp/*"], except: [/workspace/secret], base: /workspace}}
        n: {type: integer, minimum: 0, multipleOf: 2, optional: true}
        x: {type: number, exclusiveMaximum: 50, nullable: true, optional: true}
        mode: {enum: [r, w, 1.5, true], optional: true}
    - tool_pattern: "fs.*"
      arguments:
        paths: {type: array, items: {path: {allow: [/], base: root}}, maxItems: 3, uniqueItems: true}
        root: {type: string, maxLength: 40, optional: true}
      other_arguments: {any: true}
    - tool_pattern: "web.*"
      arguments:
        url: {url: {allow: ["*.wikipedia.org", a.example], except: [x.wikipedia.org], schemes: [http, wss]}}
        host: {host: {allow: [127.0.0.1]}, optional: true}
    - tool_pattern: "cmd.*"
      arguments:
        command:
          command:
            allow:
              - {words: [git], then: [log, diff], options: [--oneline, "-n VALUE", --],
                 operands: {path: {allow: [/workspace], base: /workspace}}, maxOperands: 2}
              - {words: [npm, test]}
            args: rest
    - tool_pattern: search
      arguments:
        query: {type: string, pattern: "[a-z ]{1,80}", minLength: 2, maxLength: 6}
        either:
          optional: true
          anyOf:
            - {path: {allow: [/workspace]}}
            - {type: array, items: {type: [string, integer]}, minItems: 1, maxItems: 2}
            - {type: object, properties: {lang: {const: en}}, additionalProperties: {type: boolean},
               propertyNames: {type: string, pattern: "[a-z_]+"}, maxProperties: 3}
  deny_list: ["fs.read:/workspace/a/b", {tool_pattern: "*", domain: evil.example},
              {tool_pattern: "cmd.*", command: git push}]
)yaml";

constexpr std::array<std::string_view, 9> kTools = {
    "fs.read", "fs.write", "fs.delete", "web.get", "web.post", "cmd.run", "cmd.x", "search", "run"};

constexpr std::array<std::string_view, 7> kDenied = {
    R"({"tool_pattern":"fs.*","path":"/workspace/a/*"})", R"({"tool_pattern":"*","path":"/*/x"})",
    R"({"tool_pattern":"*","domain":"*.wikipedia.org"})", R"({"tool_pattern":"*","command":"git"})",
    R"({"tool_pattern":"cmd.*","command":"cat -n"})",     R"({"tool_pattern":"search"})",
    R"({"tool_pattern":"*","domain":"127.0.0.1"})"};

std::string Lexical(callgate::json::Value value) {
  std::string out;
  WriteLexical(value, callgate::json::KeyOrder::kCodePoint, out);
  return out;
}

std::string Joined(const std::vector<std::string>& list) {
  std::string out = "[";
  for (const std::string& text : list) out += (out.size() > 1 ? "," : "") + text;
  return out + ']';
}

PolicySet Made(const std::vector<std::string>& capabilities, const std::vector<std::string>& deny) {
  return PolicySet::Parse(R"({"name":"c","capabilities":)" + Joined(capabilities) +
                          R"(,"deny_list":)" + Joined(deny) + '}')
      .value();
}

// One context of the list, and what it is compared with.
struct Subject {
  explicit Subject(const callgate::policy::Context& context) {
    const auto document = callgate::json::Parse(context.json);
    for (const auto value : document->root().Find("capabilities")->elements()) {
      capabilities.push_back(Lexical(value));
      patterns.push_back(std::string(value.Find("tool_pattern")->string()));
    }
    for (const auto value : document->root().Find("deny_list")->elements()) {
      deny.push_back(Lexical(value));
    }
    whole.push_back(Made(capabilities, deny));
    auto order = capabilities;
    std::reverse(order.begin(), order.end());
    reordered.push_back(Made(order, deny));
    std::rotate(order.begin(), order.begin() + 1, order.end());
    reordered.push_back(Made(order, deny));
    for (const std::string& capability : capabilities) alone.push_back(Made({capability}, {}));
    for (const std::string_view entry : kDenied) {
      auto more = deny;
      more.emplace_back(entry);
      denied.push_back(Made(capabilities, more));
    }
  }

  std::vector<std::string> capabilities, patterns, deny;
  std::vector<PolicySet> whole, reordered, alone, denied;
};

std::vector<Subject> Subjects() {
  const auto contexts = PolicySet::Parse(kContexts);
  if (!contexts) std::fprintf(stderr, "%s\n", contexts.error().message.c_str());
  std::vector<Subject> subjects;
  for (const std::string& name : contexts->context_names()) {
    subjects.emplace_back(*contexts->Find(name));
  }
  return subjects;
}

bool Matches(std::string_view pattern, std::string_view tool) {
  if (!pattern.ends_with('*')) return pattern == tool;
  pattern.remove_suffix(1);
  return tool.starts_with(pattern) && (pattern.empty() || tool.size() > pattern.size());
}

void CheckAllowed(const Subject& subject, const Decision& decision, std::string_view tool,
                  std::string_view arguments) {
  Require(!decision.code() && decision.details().empty(), "what is allowed has no code");
  Require(decision.capability() && *decision.capability() < subject.capabilities.size(),
          "a capability allows");
  Require(Matches(subject.patterns[*decision.capability()], tool), "one that is for this tool");
  Require(subject.alone[*decision.capability()].Evaluate("c", tool, arguments).allowed(),
          "it allows by itself");
}

void CheckDenied(const Subject& subject, const Decision& decision, std::string_view tool,
                 std::string_view arguments) {
  Require(decision.code().has_value() && !decision.reason().empty(), "a denial says why");
  Require(!decision.rule().empty(), "a denial names its rule");
  Require(decision.charges().empty(), "a denial charges nothing");
  for (const auto& tried : decision.details()) {
    Require(tried.capability < subject.capabilities.size(), "details name capabilities");
    Require(tried.where.size() <= 128, "a pointer is bounded");
  }
  const auto explained = subject.whole[0].Explain("c", tool, arguments);
  Require(explained.decision.code() == decision.code(), "what is explained is the denial");
  Require(!explained.cause.empty() && explained.cause.size() < 4096, "a cause is bounded");
  Require(explained.tried.size() == decision.details().size() || explained.tried.empty(),
          "each capability that was tried has its cause");
  if (*decision.code() == ErrorCode::kToolExplicitlyDenied) return;
  for (const PolicySet& alone : subject.alone) {
    Require(!alone.Evaluate("c", tool, arguments).allowed(), "no capability would have allowed");
  }
}

void Check(const Subject& subject, std::string_view tool, std::string_view arguments,
           std::size_t deny_entry) {
  const Decision decision = subject.whole[0].Evaluate("c", tool, arguments);
  const Decision again = subject.whole[0].Evaluate("c", tool, arguments);
  Require(again.allowed() == decision.allowed() && again.code() == decision.code() &&
              again.capability() == decision.capability() && again.rule() == decision.rule(),
          "the same question has the same answer");
  for (const PolicySet& other : subject.reordered) {
    Require(other.Evaluate("c", tool, arguments).allowed() == decision.allowed(),
            "the order of capabilities is irrelevant");
  }
  const Decision narrower = subject.denied[deny_entry].Evaluate("c", tool, arguments);
  Require(decision.allowed() || !narrower.allowed(), "a deny entry more opens nothing");
  if (decision.allowed() && !narrower.allowed()) {
    Require(narrower.code() == ErrorCode::kToolExplicitlyDenied, "the entry denied it");
  }
  if (decision.allowed()) {
    CheckAllowed(subject, decision, tool, arguments);
  } else {
    CheckDenied(subject, decision, tool, arguments);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Subject> subjects = Subjects();
  Input input(data, size);
  const Subject& subject = subjects[input.Below(subjects.size())];
  const std::size_t deny_entry = input.Below(kDenied.size());
  const std::size_t tool = input.Below(kTools.size() + 1);
  const std::string_view name = tool < kTools.size() ? kTools[tool] : input.Take(input.Below(140));
  Check(subject, name, input.Rest(), deny_entry);
  return 0;
}
