#include "core/policy/coverage/except_entries.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>

#include "core/policy/evaluate/capability_check.h"
#include "core/policy/evaluate/declared_command.h"
#include "core/policy/evaluate/object_schema.h"
#include "core/policy/evaluate/schema_value.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kExcept = "kind.except";

std::size_t CountOf(const Schema& schema) noexcept {
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) return path->except.size();
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) return host->except.size();
  return 0;
}

// The schema without its other except entries.
Schema WithOnly(Schema schema, std::size_t entry) {
  if (auto* const path = std::get_if<PathKind>(&schema.kind)) {
    path->except = {PathEntry(path->except[entry])};
  } else if (auto* const host = std::get_if<HostKind>(&schema.kind)) {
    host->except = {DomainEntry(host->except[entry])};
  }
  return schema;
}

// The entries that refuse one item of a call, as each place that declares it says.
class RefusedItem {
 public:
  RefusedItem(const Arguments& arguments, std::uint32_t item,
              std::vector<ExceptEntry>& entries) noexcept
      : arguments_(arguments), item_(item), entries_(entries) {}

  void WalkMembers(const ObjectSchema& object, std::uint32_t holder) {
    const MemberRange members = MemberRange::Of(arguments_, holder);
    (void)ForEachMember(arguments_, object, members,
                        [&](std::uint32_t i, const DeclaredMember* listed) {
                          if (!Holds(i)) return false;
                          if (listed != nullptr) {
                            Walk(*listed->schema, i, members);
                          } else if (IsJudgedByAdditional(object, arguments_[i].key)) {
                            Walk(*object.additional, i, {});
                          }
                          return true;
                        });
  }

 private:
  bool IsJudgedByAdditional(const ObjectSchema& object, std::string_view key) const {
    CallPaths paths(arguments_);
    return object.ContinuedBy(key) == nullptr && object.JudgeKey(key, paths).empty();
  }

  bool Holds(std::uint32_t i) const noexcept { return i <= item_ && item_ < arguments_[i].end; }

  void Walk(const Schema& schema, std::uint32_t i, MemberRange siblings) {
    const json::Value value = arguments_[i].value;
    for (const SchemaPtr& branch : schema.any_of) Walk(*branch, i, siblings);
    if (const CommandKind* const command = CommandOf(schema)) {
      WalkCommand(*command, i, siblings);
    } else if (i == item_) {
      Judge(schema, Scalar::Of(value, i));
    } else if (value.is_array() && schema.items != nullptr) {
      for (std::uint32_t e = i + 1; e < arguments_[i].end; e = arguments_[e].end) {
        if (Holds(e)) Walk(*schema.items, e, {});
      }
    } else if (value.is_object() && (schema.types & kObjectType) != 0) {
      WalkMembers(ObjectSchema::Of(schema), i);
    }
  }

  // Each entry of the command refuses for the first word that it does not accept.
  void WalkCommand(const CommandKind& command, std::uint32_t i, MemberRange siblings) {
    const std::uint32_t args = ArgsOf(command, arguments_, siblings);
    std::optional<json::Value> continued;
    if (args != kNoItem) continued = arguments_[args].value;
    base::TextArena arena;
    WordBuffer words;
    const json::Value value = arguments_[i].value;
    if (!TakeDeclaredWords(command.exec, value, continued, arena, words).empty()) return;
    for (const CommandRule& rule : command.allow) {
      CommandReading reading(rule, words);
      if (!reading.Begin().empty()) continue;
      while (!reading.done()) {
        const CommandReading::Step step = reading.Next();
        if (!step.rule.empty()) break;
        if (step.schema == nullptr) continue;
        const Scalar word{json::Kind::kString, step.value};
        if (RuleOf(*step.schema, word).empty()) continue;
        JudgeBranches(*step.schema, word);
        break;
      }
    }
  }

  void JudgeBranches(const Schema& schema, const Scalar& value) {
    for (const SchemaPtr& branch : schema.any_of) JudgeBranches(*branch, value);
    Judge(schema, value);
  }

  void Judge(const Schema& schema, const Scalar& value) {
    if (CountOf(schema) == 0 || RuleOf(schema, value) != kExcept) return;
    for (std::size_t i = 0; i < CountOf(schema); ++i) {
      if (RuleOf(WithOnly(schema, i), value) != kExcept) continue;
      const bool is_known = std::ranges::any_of(entries_, [&](const ExceptEntry& entry) {
        return entry.schema == &schema && entry.position == i;
      });
      if (!is_known) entries_.push_back({&schema, i});
      return;
    }
  }

  // Paths are read again, since they view the schema.
  std::string_view RuleOf(const Schema& schema, const Scalar& value) const {
    CallPaths paths(arguments_);
    return JudgeScalar(schema, value, paths).rule;
  }

  const Arguments& arguments_;
  std::uint32_t item_;
  std::vector<ExceptEntry>& entries_;
};

}  // namespace

std::vector<std::string> ExceptTextsOf(const Schema& schema) {
  std::vector<std::string> texts;
  const auto add_all = [&texts](const auto& entries) {
    for (const auto& entry : entries) texts.push_back(entry.text);
  };
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) add_all(path->except);
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) add_all(host->except);
  return texts;
}

std::string_view ExceptKindOf(const Schema& schema) noexcept {
  const auto* const host = std::get_if<HostKind>(&schema.kind);
  if (host == nullptr) return "path";
  return host->url ? "url" : "host";
}

std::vector<ExceptEntry> ExceptEntriesThatDeny(const Context& context, const Verdict& verdict,
                                               const Arguments& arguments) {
  std::vector<ExceptEntry> entries;
  if (arguments.twin() != kNoItem) return entries;
  for (const TriedCapability& tried : verdict.tried) {
    const Capability& capability = context.capabilities[tried.capability];
    if (!capability.arguments) continue;
    // Its rule is not asked: of several branches it is that of one.
    const std::uint32_t item = Check(capability, arguments).fault.item;
    if (item == kNoItem) continue;
    RefusedItem(arguments, item, entries)
        .WalkMembers(ObjectSchema::Of(*capability.arguments), kNoItem);
  }
  return entries;
}

}  // namespace callgate::policy
