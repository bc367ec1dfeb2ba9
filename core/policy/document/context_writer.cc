#include "core/policy/document/context_writer.h"

#include <algorithm>
#include <array>

#include "callgate/json.h"
#include "core/policy/document/constraint_table.h"
#include "core/policy/document/object_writer.h"

namespace callgate::policy {
namespace {

struct MemberWriter {
  std::string_view key;
  void (*write)(const Capability& capability, std::string& out);
};

// Of capabilities, in the order of their keys.
const std::array<MemberWriter, kConstraints + 1>& MemberWriters() {
  static const std::array<MemberWriter, kConstraints + 1> writers = [] {
    std::array<MemberWriter, kConstraints + 1> all;
    std::transform(kConstraintTable.begin(), kConstraintTable.end(), all.begin(),
                   [](const ConstraintRow& row) {
                     return MemberWriter{NameOf(row.constraint), row.write};
                   });
    all.back() = {"tool_pattern", [](const Capability& capability, std::string& out) {
                    json::AppendString(capability.tool_pattern.text, out);
                  }};
    std::ranges::sort(all, {}, &MemberWriter::key);
    return all;
  }();
  return writers;
}

// `value` is room that one capability leaves to the next.
void WriteCapability(const Capability& capability, std::string& value, std::string& out) {
  ObjectWriter object(out);
  for (const MemberWriter& member : MemberWriters()) {
    value.clear();
    member.write(capability, value);
    if (!value.empty()) object.Key(member.key) += value;
  }
}

// Always an object: a plain text with a colon would be read as sugar.
void WriteDenyEntry(const DenyEntry& entry, std::string& out) {
  ObjectWriter object(out);
  if (const auto* command = std::get_if<CommandEntry>(&entry.argument)) {
    json::AppendString(command->text, object.Key("command"));
  } else if (const auto* domain = std::get_if<DomainEntry>(&entry.argument)) {
    json::AppendString(domain->text, object.Key("domain"));
  } else if (const auto* path = std::get_if<PathEntry>(&entry.argument)) {
    json::AppendString(path->text, object.Key("path"));
  }
  json::AppendString(entry.tool_pattern.text, object.Key("tool_pattern"));
}

}  // namespace

std::string ContextJson(const Context& context) {
  std::string out;
  std::string value;
  {
    ObjectWriter object(out);
    WriteList(context.capabilities, object.Key("capabilities"),
              [&](const Capability& capability) { WriteCapability(capability, value, out); });
    WriteList(context.deny_list, object.Key("deny_list"),
              [&](const DenyEntry& entry) { WriteDenyEntry(entry, out); });
    json::AppendString(context.description, object.Key("description"));
    json::AppendString(context.name, object.Key("name"));
  }
  return out;
}

}  // namespace callgate::policy
