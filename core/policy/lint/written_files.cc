#include "core/policy/lint/written_files.h"

#include <algorithm>
#include <array>

#include "core/policy/inclusion/context_reach.h"
#include "core/policy/lint/git_tools.h"
#include "core/policy/lint/schema_walk.h"
#include "core/policy/lint/tool_words.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {
namespace {

// Words of the names of tools that write files. Made from the names of public MCP servers' tools.
constexpr auto kWriteWords = std::to_array<std::string_view>(
    {"append", "apply", "copy", "create", "download", "edit", "extract", "insert", "modify", "move",
     "patch", "put", "rename", "replace", "save", "update", "upload", "write"});

// Of tools that write files and of others.
constexpr auto kFileWords =
    std::to_array<std::string_view>({"dir", "directory", "edit", "file", "files", "filesystem",
                                     "folder", "fs", "path", "workspace"});

// Of tools that make directories alone: `create_directory`.
constexpr auto kDirectoryWords =
    std::to_array<std::string_view>({"dir", "directories", "directory", "folder", "folders"});

bool MakesDirectories(std::string_view tool) {
  constexpr auto kMaking = std::to_array<std::string_view>({"create"});
  return HasWord(tool, kMaking) && HasWord(tool, kDirectoryWords);
}

bool IsWriter(const Capability& capability, const ToolPattern& pattern) {
  if (pattern.kind == ToolPattern::Kind::kExact) {
    return HasWord(pattern.text, kWriteWords) && !MakesDirectories(pattern.text) &&
           !WritesReferencesAlone(pattern.text);
  }
  if (!capability.arguments) return true;
  bool takes_text = false;  // next to a path: its content
  ForEachSchema(*capability.arguments, [&](std::string_view, const Schema& schema) {
    takes_text = takes_text || schema.any || TakesAnyText(schema);
  });
  return takes_text;
}

// A path that the entry allows: its directory with the file below it; the entry's own names where
// it has some.
std::string Below(const PathEntry& entry, std::string_view file) {
  std::string path = entry.names.empty() ? entry.stem : entry.text;
  if (entry.names.empty() && !file.empty()) path.append("/").append(file);
  return path;
}

bool Allows(const std::vector<PathEntry>& allow, const std::string& path) {
  return std::ranges::any_of(allow, [&](const PathEntry& entry) { return entry.Matches(path); });
}

}  // namespace

WrittenFiles::WrittenFiles(const Context& context) : context_(context) {
  for (std::size_t i = 0; i < context.capabilities.size(); ++i) AddWriter(i);
}

void WrittenFiles::AddWriter(std::size_t capability) {
  const Capability& one = context_.capabilities[capability];
  const auto& tools = one.tool_pattern.list;
  const auto tool = std::ranges::find_if(
      tools, [&](const ToolPattern& pattern) { return IsWriter(one, pattern); });
  if (tool == tools.end()) return;
  Writer writer{capability, &tool->text, {}, nullptr};
  if (one.arguments) {
    bool is_open = false;
    ForEachSchema(*one.arguments, [&](std::string_view argument, const Schema& schema) {
      if (const auto* path = std::get_if<PathKind>(&schema.kind)) {
        writer.paths.push_back({argument, path});
      }
      is_open = is_open || schema.any;
    });
    ForEachMember(*one.arguments, [&](const DeclaredMember& member) {
      const KeyClasses classes = ClassifyKey(member.name, FoldKey(member.name));
      is_open = is_open || ((classes & kPathKey) != 0 && TakesAnyText(*member.schema));
    });
    // An empty list of paths stands for any.
    if (is_open)
      writer.paths.clear();
    else if (writer.paths.empty())
      return;
  } else if (one.path_allowlist) {
    writer.list = &*one.path_allowlist;
  } else if (tool->kind == ToolPattern::Kind::kExact && !HasWord(tool->text, kFileWords)) {
    return;
  }
  writers_.push_back(std::move(writer));
}

bool WrittenFiles::IsDenied(const Writer& writer, const std::string& path) const {
  const ToolPatterns& tools = context_.capabilities[writer.capability].tool_pattern;
  return std::ranges::any_of(context_.deny_list, [&](const DenyEntry& entry) {
    if (!IsAsWide(ToolPatterns::Of({entry.tool_pattern}), tools)) return false;
    const auto* const denied = std::get_if<PathEntry>(&entry.argument);
    return std::holds_alternative<std::monostate>(entry.argument) ||
           (denied != nullptr && denied->MatchesDenied(path));
  });
}

std::string WrittenFiles::WritesTo(const Writer& writer, std::string_view file) const {
  const auto find = [&](const std::vector<PathEntry>& allow, const std::vector<PathEntry>& except) {
    for (const PathEntry& entry : allow) {
      if (file.empty()) return Below(entry, "").empty() ? std::string("/") : Below(entry, "");
      const std::string path = Below(entry, file);
      const bool excepted = std::ranges::any_of(
          except, [&](const PathEntry& one) { return one.MatchesDenied(path); });
      if (Allows(allow, path) && path.ends_with(file) && !excepted && !IsDenied(writer, path)) {
        return path;
      }
    }
    return std::string();
  };
  if (writer.list != nullptr) return find(*writer.list, {});
  if (writer.paths.empty()) return "/";
  for (const auto& [argument, path] : writer.paths) {
    if (std::string found = find(path->allow, path->except); !found.empty()) return found;
  }
  return {};
}

bool WrittenFiles::MayWrite(const Writer& writer, const std::string& path) const {
  if (IsDenied(writer, path)) return false;
  if (writer.list != nullptr) return Allows(*writer.list, path);
  if (writer.paths.empty()) return true;
  return std::ranges::any_of(writer.paths, [&](const WrittenPath& one) {
    return Allows(one.kind->allow, path) &&
           std::ranges::none_of(one.kind->except, [&](const PathEntry& except) {
             return except.MatchesDenied(path);
           });
  });
}

const WrittenFiles::Written& WrittenFiles::FindWriter(std::string_view file) const {
  const auto [found, is_new] = written_.try_emplace(file);
  Written& written = found->second;
  if (!is_new) return written;
  for (const Writer& writer : writers_) {
    written.path = WritesTo(writer, file);
    if (written.path.empty()) continue;
    written.writer = &writer;
    break;
  }
  return written;
}

}  // namespace callgate::policy
