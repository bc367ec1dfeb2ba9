#include "core/policy/document/context_writer.h"

#include <algorithm>
#include <array>

#include "callgate/json.h"
#include "core/json/object_writer.h"
#include "core/policy/document/acknowledgements.h"
#include "core/policy/document/constraint_table.h"
#include "core/policy/document/schema_writer.h"

namespace callgate::policy {
namespace {

struct MemberWriter {
  std::string_view key;
  void (*write)(const Capability& capability, std::string& out);
};

// One by itself is a string: then a list of one means the same.
void WriteToolPatterns(const Capability& capability, std::string& out) {
  const auto& list = capability.tool_pattern.list;
  const auto write = [&out](const ToolPattern& pattern) { json::AppendString(pattern.text, out); };
  if (list.size() == 1) {
    write(list.front());
  } else {
    json::WriteList(list, out, write);
  }
}

// Of capabilities, in the order of their keys.
const std::array<MemberWriter, kConstraints + 1>& MemberWriters() {
  static const std::array<MemberWriter, kConstraints + 1> writers = [] {
    std::array<MemberWriter, kConstraints + 1> all;
    std::transform(kConstraintTable.begin(), kConstraintTable.end(), all.begin(),
                   [](const ConstraintRow& row) {
                     return MemberWriter{NameOf(row.constraint), row.write};
                   });
    all.back() = {"tool_pattern", WriteToolPatterns};
    std::ranges::sort(all, {}, &MemberWriter::key);
    return all;
  }();
  return writers;
}

// `acknowledge` comes before every other key.
void WriteAcknowledged(const Acknowledgements& all, bool wanted, json::ObjectWriter& object) {
  if (wanted && !all.empty()) WriteAcknowledgements(all, object.Raw("acknowledge"));
}

// `value` is room that one capability leaves to the next.
void WriteCapability(const Capability& capability, bool acknowledged, std::string& value,
                     std::string& out) {
  json::ObjectWriter object(out);
  WriteAcknowledged(capability.acknowledged, acknowledged, object);
  for (const MemberWriter& member : MemberWriters()) {
    value.clear();
    member.write(capability, value);
    if (!value.empty()) object.Raw(member.key) += value;
  }
  object.End();
}

// Always an object: a plain text with a colon would be read as sugar.
void WriteDenyEntry(const DenyEntry& entry, bool acknowledged, std::string& out) {
  json::ObjectWriter object(out);
  WriteAcknowledged(entry.acknowledged, acknowledged, object);
  if (const auto* command = std::get_if<CommandEntry>(&entry.argument)) {
    object.Text("command", command->text);
    if (!command->option.empty()) object.Text("option", command->option);
  } else if (const auto* domain = std::get_if<DomainEntry>(&entry.argument)) {
    object.Text("domain", domain->text);
  } else if (const auto* path = std::get_if<PathEntry>(&entry.argument)) {
    object.Text("path", path->text);
  }
  object.Text("tool_pattern", entry.tool_pattern.text);
  object.End();
}

std::string Write(const Context& context, bool acknowledged) {
  std::string out;
  std::string value;
  json::ObjectWriter object(out);
  WriteAcknowledged(context.acknowledged, acknowledged, object);
  json::WriteList(
      context.capabilities, object.Raw("capabilities"),
      [&](const Capability& capability) { WriteCapability(capability, acknowledged, value, out); });
  if (!context.definitions.empty()) WriteDefinitions(context, object.Raw("definitions"));
  json::WriteList(context.deny_list, object.Raw("deny_list"),
                  [&](const DenyEntry& entry) { WriteDenyEntry(entry, acknowledged, out); });
  object.Text("description", context.description);
  object.Text("name", context.name);
  object.End();
  return out;
}

}  // namespace

std::string ContextJson(const Context& context) { return Write(context, true); }
std::string DecisiveJson(const Context& context) { return Write(context, false); }

}  // namespace callgate::policy
