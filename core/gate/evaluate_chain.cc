#include "core/gate/evaluate_chain.h"

#include "callgate/json.h"
#include "core/policy/evaluate/evaluate.h"

namespace callgate::gate {
namespace {

json::Value EmptyObject() {
  static const json::Document document = *json::Parse("{}");
  return document.root();
}

// The same text means the same context: a snapshot that did not change since need not be judged
// beside it.
bool IsJudged(const policy::Context& context, const CallRecord& record) {
  for (const Allowance& allowance : record.allowances) {
    if (allowance.context == &context || allowance.context->json == context.json) return true;
  }
  return false;
}

std::unique_ptr<PolicyDenial> ScopeNotFound(bool is_ancestor) {
  policy::Verdict verdict;
  verdict.code = ErrorCode::kScopeNotFound;
  return std::make_unique<PolicyDenial>(
      PolicyDenial{std::move(verdict), nullptr, is_ancestor, false});
}

}  // namespace

std::unique_ptr<PolicyDenial> EvaluateListing(const ledger::SessionEntry& session,
                                              const Snapshot& snapshot) {
  for (const auto* at = &session; at != nullptr; at = at->parent.get()) {
    if (snapshot.Find(at->identity.context) == nullptr) return ScopeNotFound(at != &session);
  }
  return nullptr;
}

std::unique_ptr<PolicyDenial> EvaluateChain(const Call& call, const ledger::SessionEntry& session,
                                            const Snapshot& snapshot, CallRecord& record) {
  const json::Value arguments = call.arguments ? *call.arguments : EmptyObject();
  const auto judge_by = [&](const policy::Context& context,
                            bool is_ancestor) -> std::unique_ptr<PolicyDenial> {
    if (IsJudged(context, record)) return nullptr;
    policy::Verdict verdict = policy::Evaluate(context, call.tool, arguments);
    if (!verdict.allowed) {
      return std::make_unique<PolicyDenial>(
          PolicyDenial{std::move(verdict), &context, is_ancestor, false});
    }
    record.allowances.Append({&context, static_cast<std::uint32_t>(record.allowing.size()),
                              static_cast<std::uint32_t>(verdict.allowing.size()), 0});
    record.allowing.Append(verdict.allowing.data(), verdict.allowing.size());
    return nullptr;
  };
  const auto judge_by_name = [&](std::string_view name,
                                 bool is_ancestor) -> std::unique_ptr<PolicyDenial> {
    const auto* context = snapshot.Find(name);
    if (context == nullptr) return ScopeNotFound(is_ancestor);
    return judge_by(**context, is_ancestor);
  };

  if (auto denial = judge_by_name(session.identity.context, false)) return denial;
  for (const auto& taken : session.snapshots) {
    if (auto denial = judge_by(*taken, true)) return denial;
  }
  for (const auto* at = session.parent.get(); at != nullptr; at = at->parent.get()) {
    if (auto denial = judge_by_name(at->identity.context, true)) return denial;
  }
  return nullptr;
}

std::unique_ptr<PolicyDenial> FindTool(const Call& call, const Snapshot& snapshot) {
  const OfferedToolsPtr& offered = snapshot.offered_tools();
  if (offered == nullptr || offered->Include(call.tool)) return nullptr;
  policy::Verdict verdict;
  verdict.code = ErrorCode::kToolNotAllowed;
  return std::make_unique<PolicyDenial>(PolicyDenial{.verdict = std::move(verdict),
                                                     .context = nullptr,
                                                     .is_by_ancestor = false,
                                                     .is_of_unknown_tool = true});
}

}  // namespace callgate::gate
