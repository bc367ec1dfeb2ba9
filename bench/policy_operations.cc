#include <memory>
#include <utility>

#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/policy.h"

namespace callgate::bench {
namespace {

struct Call {
  std::string context;
  std::string tool;
  std::string arguments;
  bool allowed;
};

PolicySet Load(const std::string& text) { return Require(PolicySet::Parse(text), "a policy"); }

// The arguments are parsed before: this is what remains of a decision.
Operation EvaluateParsed(std::string name, std::string policy, Call call) {
  return {std::move(name),
          [policy = std::move(policy), call = std::move(call)](std::size_t) -> Prepared {
            auto arguments =
                std::make_shared<json::Document>(Require(json::Parse(call.arguments), "arguments"));
            return {.run = [set = Load(policy), call, arguments] {
              const Decision decision = set.Evaluate(call.context, call.tool, arguments->root());
              Require(decision.allowed() == call.allowed, "evaluate");
            }};
          },
          256};
}

Operation EvaluateBytes(std::string name, std::string policy, Call call) {
  return {std::move(name),
          [policy = std::move(policy), call = std::move(call)](std::size_t) -> Prepared {
            return {.run = [set = Load(policy), call] {
              const Decision decision = set.Evaluate(call.context, call.tool, call.arguments);
              Require(decision.allowed() == call.allowed, "evaluate");
            }};
          },
          256};
}

Prepared PrepareLoad(std::size_t) {
  return {.run = [text = WidePolicy(10'000)] { Load(text); }};
}

Prepared PrepareLoadYaml(std::size_t) {
  return {.run = [text = WidePolicyInYaml(10'000)] { Load(text); }};
}

Prepared PrepareContains(std::size_t) {
  return {.run = [set = Load(WidePolicy(10'000))] {
    Require(Require(set.Contains("wide", "wide"), "contains").contained, "contains itself");
  }};
}

Prepared PrepareLint(std::size_t) {
  return {.run = [set = Load(WidePolicy(10'000))] {
    Require(set.Lint().size() == 10'000, "a finding of each capability");
  }};
}

// Every capability differs in one entry of its list: 20,000 findings.
Prepared PrepareDiff(std::size_t) {
  const std::string before = WidePolicy(10'000);
  std::string after = before;
  const std::string shared = "/srv/shared";
  for (std::size_t at = after.find(shared); at != std::string::npos; at = after.find(shared, at)) {
    after.replace(at, shared.size(), "/srv/others");
  }
  return {.run = [old = Load(before), fresh = Load(after)] {
    Require(Require(old.Diff("wide", fresh, "wide"), "diff").changes.size() == 20'000, "changes");
  }};
}

// Arguments that a capability declares, one operation a kind.
std::vector<Operation> DeclaredOperations() {
  const std::string policy = DeclaredPolicy();
  const auto evaluate = [&policy](std::string name, std::string tool, std::string arguments,
                                  bool allowed) {
    return EvaluateParsed("evaluate/declared" + name, policy,
                          {"declared", std::move(tool), std::move(arguments), allowed});
  };
  return {
      evaluate("", "fs.read",
               R"({"path":"/workspace/project/src/main.py","lines":120,"encoding":"utf-8"})", true),
      evaluate("_relative", "fs.read",
               R"({"path":"project/src/main.py","lines":120,"encoding":"utf-8"})", true),
      evaluate("_text", "fs.write",
               R"({"path":"/workspace/a.txt","content":")" + std::string(600, 'x') + "\"}", true),
      evaluate("_pattern", "github.get_repository", R"({"owner":"acme","repo":"callgate"})", true),
      evaluate("_domain", "web.fetch", R"({"url":"https://files.pypi.org/packages"})", true),
      evaluate("_command", "shell.run", R"({"command":"git log --oneline -n 5"})", true),
      evaluate("_miss_path", "fs.write",
               R"({"path":"/data/agent/.ssh/authorized_keys","content":"x"})", false),
      evaluate("_miss_domain", "web.fetch", R"({"url":"https://evil.example/upload"})", false),
  };
}

}  // namespace

std::vector<Operation> PolicyOperations() {
  std::vector<Operation> out;
  for (const std::size_t count : {4, 100, 1'000, 10'000}) {
    const std::string n = std::to_string(count);
    const std::string policy = WidePolicy(count);
    const std::size_t one = count / 2;
    out.push_back(EvaluateParsed("evaluate/hit/" + n, policy,
                                 {"wide", WideTool(one), WideArguments(one), true}));
    out.push_back(EvaluateParsed("evaluate/miss_tool/" + n, policy,
                                 {"wide", "service.read", WideArguments(one), false}));
    out.push_back(EvaluateParsed("evaluate/miss_path/" + n, policy,
                                 {"wide", WideTool(one), WideArguments(one + 1), false}));
  }
  const std::string session = SessionPolicy();
  const std::string context = kSessionContext;
  out.push_back(
      EvaluateParsed("evaluate/domain", session,
                     {context, "web.fetch",
                      R"({"url":"https://en.wikipedia.org/wiki/JSON","format":"text"})", true}));
  out.push_back(EvaluateParsed(
      "evaluate/command", session,
      {context, "cmd.run", R"({"command":"git status --short","timeout":30})", true}));
  out.push_back(
      EvaluateParsed("evaluate/pattern", session,
                     {context, "search", R"({"query":"canonical form","limit":10})", true}));
  for (auto& operation : DeclaredOperations()) out.push_back(std::move(operation));
  out.push_back(EvaluateParsed("evaluate/deny_relative", DirectoriesPolicy(100),
                               {"directories", "fs.read", RelativePaths(1'000), true}));
  out.push_back(EvaluateBytes("evaluate/bytes", WidePolicy(100),
                              {"wide", WideTool(50), WideArguments(50), true}));
  out.push_back(EvaluateBytes("evaluate/least", session, {context, "docs.list", "{}", true}));
  out.push_back({"policy/load_10000", PrepareLoad, 1});
  out.push_back({"policy/load_yaml_10000", PrepareLoadYaml, 1});
  out.push_back({"policy/contains_10000", PrepareContains, 1});
  out.push_back({"policy/lint_10000", PrepareLint, 1});
  out.push_back({"policy/diff_10000", PrepareDiff, 1});
  return out;
}

}  // namespace callgate::bench
