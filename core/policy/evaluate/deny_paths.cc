#include "core/policy/evaluate/deny_kinds.h"
#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

// `fired` becomes the entry that covers the path, or the first.
bool AnyCovers(const EntriesOfKind& entries, std::string_view path, std::string_view base,
               const DenyEntry*& fired) {
  PathBuffer buffer;
  const std::string_view normal = NormalizePath(path, base, buffer);
  for (const DenyEntry* entry : entries) {
    fired = entry;
    if (As<PathEntry>(entry).MatchesDenied(normal)) return true;
  }
  fired = entries[0];
  return false;
}

// A relative path could mean any of the directories that the capabilities on the tool name.
std::string_view JudgeRelative(const Context& context, const EntriesOfKind& entries,
                               const Positions& capabilities, std::string_view path,
                               const DenyEntry*& fired) {
  for (const std::uint32_t position : capabilities) {
    const auto& base = context.capabilities[position].base_directory;
    if (!base || AnyCovers(entries, path, base->text, fired)) return "deny.relative";
  }
  return {};
}

}  // namespace

Denial JudgeDeniedPaths(const Context& context, const EntriesOfKind& entries,
                        const Positions& capabilities, const Arguments& arguments) {
  const ArgumentSearch search{kPathKey, LooksLikePath, context.compiled->path_arguments(),
                              kNothingFreed, false};
  const DenyEntry* fired = entries[0];
  const Fault fault =
      search.ForEach(arguments, [&](std::uint32_t i, std::string_view path) -> Fault {
        if (const auto rule = JudgePath(path).rule; !rule.empty()) return {rule, i};
        if (!IsAbsolutePath(path)) {
          return {JudgeRelative(context, entries, capabilities, path, fired), i};
        }
        return {AnyCovers(entries, path, {}, fired) ? "deny.path" : "", i};
      });
  return {fault, fired};
}

}  // namespace callgate::policy
