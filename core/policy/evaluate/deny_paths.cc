#include "core/policy/evaluate/deny_kinds.h"
#include "core/policy/evaluate/path_constraint.h"
#include "core/policy/model/path_glob.h"
#include "core/policy/values/glob.h"
#include "core/policy/values/normal_form.h"
#include "core/policy/values/path.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

// `fired` becomes the entry that covers the path, or the first.
bool AnyCovers(const EntriesOfKind& entries, std::string_view path, std::string_view base,
               const DenyEntry*& fired) {
  PathBuffer buffer;
  const DenyEntry* const found = FindDeniedPath(entries, NormalizePath(path, base, buffer));
  fired = found != nullptr ? found : entries[0];
  return found != nullptr;
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

// A text that is one path from end to end, outer white space aside: one that is malformed, or of
// which a segment begins or ends in white space, is prose or code.
std::string_view OnePath(std::string_view text) {
  const std::string_view path = WithoutOuterWhiteSpace(text);
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (WhiteSpaceAt(path.substr(slash + 1)) != 0 || EndsInWhiteSpace(path.substr(0, slash))) {
      return {};
    }
  }
  return JudgePath(path).rule.empty() ? path : std::string_view();
}

// Under an exempt word nothing fires but what is covered.
std::string_view JudgeExempt(const Context& context, const EntriesOfKind& entries,
                             const Positions& capabilities, std::string_view text,
                             const DenyEntry*& fired) {
  const std::string_view path = OnePath(text);
  if (path.empty()) return {};
  if (IsAbsolutePath(path)) return AnyCovers(entries, path, {}, fired) ? "deny.path" : "";
  for (const std::uint32_t position : capabilities) {
    const auto& base = context.capabilities[position].base_directory;
    if (base && AnyCovers(entries, path, base->text, fired)) return "deny.relative";
  }
  return {};
}

// The glob could reach what an entry covers.
std::string_view JudgeGlob(const EntriesOfKind& entries, std::string_view glob,
                           const DenyEntry*& fired) {
  const std::string_view directory = GlobDirectory(glob);
  if (directory.empty()) return "deny.glob-anywhere";
  if (const auto rule = JudgePath(directory).rule; !rule.empty()) return rule;
  PathBuffer buffer;
  const std::string_view normal = NormalizePath(directory, {}, buffer);
  return JudgeForms(normal, [&](std::string_view form) -> std::string_view {
    for (const DenyEntry* entry : entries) {
      fired = entry;
      if (As<PathEntry>(entry).MatchesDenied(form) || As<PathEntry>(entry).LiesBelow(form)) {
        return "deny.glob";
      }
    }
    fired = entries[0];
    return {};
  });
}

// A word of a command names nothing for certain, so what is malformed in it fires nothing, but a
// `..` segment does.
std::string_view JudgeWord(const Context& context, const EntriesOfKind& entries,
                           const Positions& capabilities, std::string_view word,
                           const DenyEntry*& fired) {
  const auto judge = [&](std::string_view path) -> std::string_view {
    if (HoldsDotDot(path)) return "deny.word-path";
    if (!JudgePath(path).rule.empty()) return {};
    if (!IsAbsolutePath(path)) return JudgeRelative(context, entries, capabilities, path, fired);
    return AnyCovers(entries, path, {}, fired) ? "deny.word-path" : "";
  };
  int paths = 0;
  WordPieces pieces(word);
  for (WordPiece piece; pieces.Next(piece);) {
    if (piece.is_url || !LooksLikePath(piece.text)) continue;
    if (++paths > kMaxPathsInWord) return "deny.word-path";
    if (const auto rule = judge(piece.text); !rule.empty()) return rule;
    if (piece.rest.size() == piece.text.size()) continue;
    if (const auto rule = judge(piece.rest); !rule.empty()) return rule;
  }
  return {};
}

}  // namespace

const DenyEntry* FindDeniedPath(const EntriesOfKind& entries, std::string_view path) {
  const DenyEntry* found = nullptr;
  (void)JudgeForms(path, [&](std::string_view form) -> std::string_view {
    for (const DenyEntry* entry : entries) {
      if (!CouldBeDenied(As<PathEntry>(entry), form)) continue;
      found = entry;
      return "deny.path";
    }
    return {};
  });
  return found;
}

Denial JudgeDeniedPaths(const Context& context, const EntriesOfKind& entries,
                        const Positions& capabilities, const Arguments& arguments) {
  const ArgumentSearch search{kPathKey,
                              LooksLikePath,
                              context.compiled->path_arguments(),
                              kNothingFreed,
                              context.compiled->command_arguments(),
                              false};
  const DenyEntry* fired = entries[0];
  base::TextArena arena;
  const Fault fault = search.ForEach(
      arguments,
      [&](std::uint32_t i, std::string_view path) -> Fault {
        const Item& item = arguments[i];
        if ((item.classes & kGlobKey) != 0 && !search.InClass(item) && IsGlob(path)) {
          return {JudgeGlob(entries, path, fired), i};
        }
        if (search.IsExempt(item)) {
          return {JudgeExempt(context, entries, capabilities, path, fired), i};
        }
        if (const auto rule = JudgePath(path).rule; !rule.empty()) return {rule, i};
        if (!IsAbsolutePath(path)) {
          return {JudgeRelative(context, entries, capabilities, path, fired), i};
        }
        return {AnyCovers(entries, path, {}, fired) ? "deny.path" : "", i};
      },
      [&](std::uint32_t i, std::string_view) {
        return ForEachCommandWord(
            arguments[i], ListReading::kBoth, arena, [&](std::string_view word) {
              return Fault{JudgeWord(context, entries, capabilities, word, fired), i};
            });
      });
  return {fault, fired};
}

}  // namespace callgate::policy
