#include "core/policy/counterexample/call_builder.h"

#include <algorithm>

#include "callgate/json.h"
#include "core/json/object_writer.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {
namespace {

// No class, no text key, and not likely to stand in a policy.
constexpr std::string_view kPlainCarrier = "x-holder";

bool HasKey(const Fragment& members, std::string_view folded) {
  return std::any_of(members.begin(), members.end(),
                     [&](const auto& member) { return FoldKey(member.first) == folded; });
}

bool IsInClass(std::string_view key, KeyClasses key_class) {
  return (ClassifyKey(key, FoldKey(key)) & key_class) != 0;
}

bool HasClassKey(const Fragment& members, KeyClasses key_class) {
  return std::any_of(members.begin(), members.end(),
                     [&](const auto& member) { return IsInClass(member.first, key_class); });
}

}  // namespace

std::string JsonObject(const Fragment& members) {
  std::string text;
  json::ObjectWriter object(text);
  for (const auto& [key, value] : members) object.Raw(key) += value;
  object.End();
  return text;
}

std::string JsonString(std::string_view text) {
  std::string quoted;
  json::AppendString(text, quoted);
  return quoted;
}

std::string JsonList(const std::vector<std::string>& values) {
  std::string text;
  json::WriteList(values, text, [&](const std::string& value) { text += value; });
  return text;
}

bool CallBuilder::Add(const Fragment& fragment) {
  if (FitsOnTop(fragment)) {
    top_.insert(top_.end(), fragment.begin(), fragment.end());
    return true;
  }
  if (!Carrier()) return false;
  below_.push_back(fragment);
  return true;
}

bool CallBuilder::FitsOnTop(const Fragment& fragment) const {
  const auto& only = capability_->only_arguments;
  return std::all_of(fragment.begin(), fragment.end(), [&](const auto& member) {
    if (HasKey(top_, FoldKey(member.first))) return false;
    // A null is no argument.
    return !only || member.second == "null" ||
           std::find(only->begin(), only->end(), member.first) != only->end();
  });
}

bool CallBuilder::MayHoldObjects(std::string_view key) const {
  const std::string folded = FoldKey(key);
  if (capability_->argument_patterns.contains(folded)) return false;
  if (capability_->command_allowlist &&
      ((ClassifyKey(key, folded) & (kCommandKey | kArgsKey | kEnvKey | kShellKey)) != 0 ||
       Holds(capability_->command_arguments, folded))) {
    return false;
  }
  const auto taken = std::find_if(top_.begin(), top_.end(), [&](const auto& member) {
    return FoldKey(member.first) == folded;
  });
  return taken == top_.end() || (taken->first == key && taken->second.front() == '"');
}

std::optional<std::string> CallBuilder::Carrier() const {
  if (!capability_->only_arguments) return std::string(kPlainCarrier);
  std::optional<std::string> carrier;
  for (const std::string& key : *capability_->only_arguments) {
    if (!MayHoldObjects(key)) continue;
    // Under a key of a class objects are judged: rather not there.
    if (!IsInClass(key, static_cast<KeyClasses>(~kTextKey))) return key;
    if (!carrier || !IsInClass(key, kCommandKey | kArgsKey | kEnvKey | kShellKey)) carrier = key;
  }
  return carrier;
}

std::string CallBuilder::Json() const {
  if (below_.empty()) return JsonObject(top_);
  const auto carrier = Carrier();
  if (!carrier) return JsonObject(top_);
  std::vector<std::string> objects;
  for (Fragment members : below_) {
    if (IsInClass(*carrier, kPathKey) && !HasClassKey(members, kPathKey)) {
      members.emplace_back("path", path_.empty() ? "1" : path_);
    }
    if (IsInClass(*carrier, kDomainKey) && !HasClassKey(members, kDomainKey)) {
      members.emplace_back("url", domain_.empty() ? "1" : domain_);
    }
    objects.push_back(JsonObject(members));
  }
  Fragment members = top_;
  for (auto& [key, value] : members) {
    if (key != *carrier) continue;
    objects.insert(objects.begin(), value);
    value = JsonList(objects);
    return JsonObject(members);
  }
  members.emplace_back(*carrier, JsonList(objects));
  return JsonObject(members);
}

}  // namespace callgate::policy
