// What loads has a canonical form, which loads as the same contexts; what does not load says where.
#include <string>

#include "callgate/policy.h"
#include "core/policy/model/context.h"
#include "fuzz/input.h"

namespace {

using callgate::PolicySet;
using callgate::fuzz::Require;

std::string Canonical(const PolicySet& policy) {
  std::string all = "[";
  for (const std::string& name : policy.context_names()) {
    if (all.size() > 1) all += ',';
    all += policy.Find(name)->json;
  }
  return all + ']';
}

void CheckLoaded(const PolicySet& policy) {
  const std::string canonical = Canonical(policy);
  const auto again = PolicySet::Parse(canonical, "canonical.json");
  Require(again.ok(), "the canonical form loads");
  Require(again->Digest() == policy.Digest(), "the canonical form means the same");
  Require(Canonical(*again) == canonical, "the canonical form is a fixed point");
  for (const std::string& name : policy.context_names()) {
    const auto context = policy.Find(name);
    for (const auto& capability : context->capabilities) {
      const auto tool = capability.tool_pattern.list.front().text;
      const auto first = policy.Evaluate(name, tool, R"({"path":"/a/b","url":"a.example"})");
      const auto second = again->Evaluate(name, tool, R"({"path":"/a/b","url":"a.example"})");
      Require(first.allowed() == second.allowed() && first.code() == second.code() &&
                  first.rule() == second.rule() && first.capability() == second.capability(),
              "both forms answer the same");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* filename : {"", "a.json"}) {
    const auto policy = PolicySet::Parse(text, filename);
    if (policy) {
      CheckLoaded(*policy);
    } else {
      Require(policy.error().code == callgate::ErrorCode::kInvalidPolicy, "one code for documents");
      Require(!policy.error().message.empty() && !policy.error().where.empty(),
              "a load error says what and where");
      Require(policy.error().message.size() < 1024, "a message is bounded");
    }
    const auto faults = PolicySet::Check(text, filename);
    Require(faults.empty() == policy.ok(), "what loads has no fault, and what does not has one");
    Require(faults.size() <= 100, "faults are at most a hundred");
    for (const auto& fault : faults) {
      Require(fault.message.size() < 1024 && fault.found.size() < 1024, "a fault is bounded");
    }
    Require(policy.ok() || policy.error().where == faults[0].where, "the error is the first fault");
  }
  return 0;
}
