#include "core/policy/evaluate/denied_paths.h"
#include "core/policy/evaluate/path_constraint.h"
#include "core/policy/values/glob.h"
#include "core/policy/values/normal_form.h"
#include "core/policy/values/path.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

// `rule` where `found` is an entry, which `fired` then becomes.
std::string_view Fired(const DenyEntry* found, std::string_view rule,
                       const DenyEntry*& fired) noexcept {
  if (found == nullptr) return {};
  fired = found;
  return rule;
}

// A relative path could mean any of the directories that the capabilities on the tool name.
std::string_view JudgeRelative(DeniedPaths& denied, std::string_view path,
                               const DenyEntry*& fired) {
  if (denied.lacks_directory()) return "deny.relative";
  return Fired(denied.FindRelative(path), "deny.relative", fired);
}

// Of a path that nothing but an entry could deny.
std::string_view JudgeAbsolute(DeniedPaths& denied, std::string_view path,
                               const PathJudgement& judgement, std::string_view rule,
                               const DenyEntry*& fired) {
  PathBuffer buffer;
  return Fired(denied.Find(Normalize(path, judgement, {}, buffer)), rule, fired);
}

// A text that is one path from end to end, outer white space aside: one of which a segment begins
// or ends in white space is prose or code.
std::string_view OnePath(std::string_view text) {
  const std::string_view path = WithoutOuterWhiteSpace(text);
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (WhiteSpaceAt(path.substr(slash + 1)) != 0 || EndsInWhiteSpace(path.substr(0, slash))) {
      return {};
    }
  }
  return path;
}

// Under an exempt word nothing fires but what is covered.
std::string_view JudgeExempt(DeniedPaths& denied, std::string_view text, const DenyEntry*& fired) {
  const std::string_view path = OnePath(text);
  const PathJudgement judgement = JudgePath(path);
  if (!judgement.rule.empty()) return {};  // malformed, as prose and code are
  if (IsAbsolutePath(path)) return JudgeAbsolute(denied, path, judgement, "deny.path", fired);
  return Fired(denied.FindRelative(path), "deny.relative", fired);
}

// The glob could reach what an entry covers.
std::string_view JudgeGlob(const EntriesOfKind& entries, std::string_view glob,
                           const DenyEntry*& fired) {
  const std::string_view directory = GlobDirectory(glob);
  if (directory.empty()) return "deny.glob-anywhere";
  const PathJudgement judgement = JudgePath(directory);
  if (!judgement.rule.empty()) return judgement.rule;
  PathBuffer buffer;
  const NormalPath normal = Normalize(directory, judgement, {}, buffer);
  return JudgeForms(normal, [&](NormalPath form) -> std::string_view {
    for (const DenyEntry* entry : entries) {
      fired = entry;
      const auto& denied = As<PathEntry>(entry);
      if (denied.MatchesDenied(form.text) || denied.LiesBelow(form.text)) return "deny.glob";
    }
    fired = entries[0];
    return {};
  });
}

// A word of a command names nothing for certain, so what is malformed in it fires nothing, but a
// `..` segment does.
std::string_view JudgeWord(DeniedPaths& denied, std::string_view word, const DenyEntry*& fired) {
  const auto judge = [&](std::string_view path) -> std::string_view {
    if (HoldsDotDot(path)) return "deny.word-path";
    const PathJudgement judgement = JudgePath(path);
    if (!judgement.rule.empty()) return {};
    if (!IsAbsolutePath(path)) return JudgeRelative(denied, path, fired);
    return JudgeAbsolute(denied, path, judgement, "deny.word-path", fired);
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

Denial JudgeDeniedPaths(const Context& context, const EntriesOfKind& entries,
                        const Positions& capabilities, const Arguments& arguments) {
  const ArgumentSearch search{kPathKey,
                              LooksLikePath,
                              context.compiled->path_arguments(),
                              kNothingFreed,
                              context.compiled->command_arguments(),
                              false};
  const DenyEntry* fired = entries[0];
  DeniedPaths denied(context, entries, capabilities);
  base::TextArena arena;
  const Fault fault = search.ForEach(
      arguments,
      [&](std::uint32_t i, std::string_view path) -> Fault {
        const Item& item = arguments[i];
        if ((item.classes & kGlobKey) != 0 && !search.InClass(item) && IsGlob(path)) {
          return {JudgeGlob(entries, path, fired), i};
        }
        if (search.IsExempt(item)) {
          return {JudgeExempt(denied, path, fired), i};
        }
        const PathJudgement judgement = JudgePath(path);
        if (!judgement.rule.empty()) return {judgement.rule, i};
        if (!IsAbsolutePath(path)) {
          return {JudgeRelative(denied, path, fired), i};
        }
        return {JudgeAbsolute(denied, path, judgement, "deny.path", fired), i};
      },
      [&](std::uint32_t i, std::string_view) {
        return ForEachCommandWord(arguments[i], ListReading::kBoth, arena,
                                  [&](std::string_view word) {
                                    return Fault{JudgeWord(denied, word, fired), i};
                                  });
      });
  return {fault, fired};
}

}  // namespace callgate::policy
