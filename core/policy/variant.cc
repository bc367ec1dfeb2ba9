#include "core/policy/variant.h"

#include <algorithm>

#include "core/json/object_writer.h"
#include "core/policy/document/read_policy.h"
#include "core/policy/evaluate/compiled_context.h"
#include "core/policy/model/constraint.h"

namespace callgate::policy {
namespace {

// Subcommands belong to commands that are allowed: those of others would be refused.
std::string WithoutStraySubcommands(std::string capability) {
  const auto parsed = json::Parse(capability, kCanonicalLimits);
  if (!parsed) return capability;
  const std::string key(NameOf(Constraint::kSubcommandAllowlist));
  const auto subcommands = parsed->root().Find(key);
  const auto commands = parsed->root().Find(NameOf(Constraint::kCommandAllowlist));
  if (!subcommands) return capability;
  std::string kept;
  json::ObjectWriter object(kept);
  for (const json::Member member : subcommands->members()) {
    bool allowed = false;
    if (commands) {
      for (const json::Value entry : commands->elements()) {
        const std::string_view text = entry.string();
        allowed = allowed || text.substr(0, text.find(' ')) == member.key;
      }
    }
    if (allowed) object.Raw(member.key) += TextOf(member.value);
  }
  object.End();
  const JsonPath path = {key};
  return WithReplaced(parsed->root(), path, commands ? std::optional(kept) : std::nullopt);
}

std::vector<std::string> EntriesOf(json::Value list) {
  std::vector<std::string> entries;
  for (const json::Value entry : list.elements()) entries.push_back(TextOf(entry));
  return entries;
}

std::string ListOf(const std::vector<std::string>& entries) {
  std::string text;
  json::WriteList(entries, text, [&](const std::string& entry) { text += entry; });
  return text;
}

}  // namespace

Variant::Variant(std::shared_ptr<const Context> context)
    : context_(std::move(context)),
      reach_(std::make_shared<const CapabilityReach>(context_->capabilities[0])) {}

std::optional<Variant> Variant::Of(json::Value capability, const JsonPath& path,
                                   const std::optional<std::string>& value) {
  if (path.empty()) return std::nullopt;
  std::string text = WithReplaced(capability, path, value);
  if (path.size() == 1 && path[0] == JsonStep(std::string(NameOf(Constraint::kCommandAllowlist)))) {
    text = WithoutStraySubcommands(std::move(text));
  }
  return Of(text);
}

std::optional<Variant> Variant::Of(const std::string& capability) {
  PolicyReading reading;
  const std::string document = R"({"name":"variant","capabilities":[)" + capability + "]}";
  ReadPolicy(document, "variant.json", kCanonicalLimits, reading);
  if (!reading.faults.empty()) return std::nullopt;
  return Variant(Compile(std::move(reading.contexts.at(0))));
}

std::string WithEntry(json::Value list, const std::string& entry) {
  std::vector<std::string> entries = EntriesOf(list);
  entries.push_back(entry);
  return ListOf(entries);
}

std::string WithoutEntry(json::Value list, const std::string& entry) {
  std::vector<std::string> entries = EntriesOf(list);
  const auto found = std::find(entries.begin(), entries.end(), entry);
  if (found != entries.end()) entries.erase(found);
  return ListOf(entries);
}

}  // namespace callgate::policy
