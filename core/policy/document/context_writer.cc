#include "core/policy/document/context_writer.h"

#include "callgate/json.h"

namespace callgate::policy {
namespace {

// Writes one object; members are given in the order of their keys.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  std::string& Key(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    json::AppendString(key, out_);
    out_ += ':';
    return out_;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

template <typename List, typename Write>
void WriteList(const List& list, std::string& out, Write&& write) {
  out += '[';
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ',';
    first = false;
    write(element);
  }
  out += ']';
}

void WriteStrings(const std::vector<std::string>& list, std::string& out) {
  WriteList(list, out, [&](const std::string& text) { json::AppendString(text, out); });
}

template <typename Entry>
void WriteEntries(const std::vector<Entry>& list, std::string& out) {
  WriteList(list, out, [&](const Entry& entry) { json::AppendString(entry.text, out); });
}

void WriteCapability(const Capability& capability, std::string& out) {
  ObjectWriter object(out);
  if (!capability.argument_patterns.empty()) {
    ObjectWriter patterns(object.Key("argument_patterns"));
    for (const auto& [key, pattern] : capability.argument_patterns) {
      json::AppendString(pattern.text(), patterns.Key(key));
    }
  }
  if (capability.base_directory) {
    json::AppendString(capability.base_directory->text, object.Key("base_directory"));
  }
  if (capability.command_allowlist) {
    WriteEntries(*capability.command_allowlist, object.Key("command_allowlist"));
  }
  if (!capability.command_arguments.empty()) {
    WriteStrings(capability.command_arguments, object.Key("command_arguments"));
  }
  if (capability.domain_allowlist) {
    WriteEntries(*capability.domain_allowlist, object.Key("domain_allowlist"));
  }
  if (!capability.domain_arguments.empty()) {
    WriteStrings(capability.domain_arguments, object.Key("domain_arguments"));
  }
  if (capability.exec == Exec::kArgv) json::AppendString("argv", object.Key("exec"));
  if (!capability.free_arguments.empty()) {
    WriteStrings(capability.free_arguments, object.Key("free_arguments"));
  }
  if (capability.max_response_size) {
    object.Key("max_response_size") += std::to_string(*capability.max_response_size);
  }
  if (capability.only_arguments) {
    WriteStrings(*capability.only_arguments, object.Key("only_arguments"));
  }
  if (capability.path_allowlist) {
    WriteEntries(*capability.path_allowlist, object.Key("path_allowlist"));
  }
  if (!capability.path_arguments.empty()) {
    WriteStrings(capability.path_arguments, object.Key("path_arguments"));
  }
  if (capability.rate_limit) {
    ObjectWriter rate(object.Key("rate_limit"));
    rate.Key("calls") += std::to_string(capability.rate_limit->calls);
    rate.Key("per_seconds") += std::to_string(capability.rate_limit->per_seconds);
  }
  if (capability.subcommand_allowlist) {
    ObjectWriter lists(object.Key("subcommand_allowlist"));
    for (const auto& [name, words] : *capability.subcommand_allowlist) {
      WriteStrings(words, lists.Key(name));
    }
  }
  json::AppendString(capability.tool_pattern.text, object.Key("tool_pattern"));
  if (capability.allow_absent) json::AppendString("allow", object.Key("when_absent"));
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
  {
    ObjectWriter object(out);
    WriteList(context.capabilities, object.Key("capabilities"),
              [&](const Capability& capability) { WriteCapability(capability, out); });
    WriteList(context.deny_list, object.Key("deny_list"),
              [&](const DenyEntry& entry) { WriteDenyEntry(entry, out); });
    json::AppendString(context.description, object.Key("description"));
    json::AppendString(context.name, object.Key("name"));
  }
  return out;
}

}  // namespace callgate::policy
