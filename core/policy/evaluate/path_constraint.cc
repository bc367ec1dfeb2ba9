#include "core/policy/evaluate/path_constraint.h"

#include "core/policy/values/normal_form.h"
#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

std::string_view JudgeNormal(const Capability& capability, NormalPath path) {
  return JudgeForms(path, [&](NormalPath form) -> std::string_view {
    for (const PathEntry& entry : *capability.path_allowlist) {
      if (entry.Matches(form.text)) return {};
    }
    return "path.every";
  });
}

}  // namespace

std::string_view JudgeOnePath(const Capability& capability, std::string_view path) {
  const PathJudgement judgement = JudgePath(path);
  if (!judgement.rule.empty()) return judgement.rule;
  NormalPath base;
  if (!IsAbsolutePath(path)) {
    if (!capability.base_directory) return "path.relative";
    base = AsNormal(capability.base_directory->text);
  }
  PathBuffer buffer;
  return JudgeNormal(capability, Normalize(path, judgement, base, buffer));
}

std::string_view JudgePathWord(const Capability& capability, std::string_view word) {
  // Of what is left of a word, a path may be all of it or end at the next cut. The count keeps a
  // word of nothing but "=/" from costing the square of its length.
  int paths = 0;
  WordPieces pieces(word);
  for (WordPiece piece; pieces.Next(piece);) {
    // The colon of `file:` and of a drive is a cut, too.
    if (piece.is_url || !(LooksLikePath(piece.text) || BeginsLikePath(piece.rest))) continue;
    if (++paths > kMaxPathsInWord) return "path.every";
    if (const auto rule = JudgeOnePath(capability, piece.text); !rule.empty()) return rule;
    if (piece.rest.size() == piece.text.size()) continue;
    if (const auto rule = JudgeOnePath(capability, piece.rest); !rule.empty()) return rule;
  }
  return {};
}

Fault JudgePaths(const Capability& capability, const Arguments& arguments) {
  const ArgumentSearch search{kPathKey,
                              LooksLikePath,
                              capability.path_arguments,
                              capability.free_arguments,
                              capability.command_arguments,
                              true};
  bool found = false;
  base::TextArena arena;
  const Fault fault = search.ForEach(
      arguments,
      [&](std::uint32_t i, std::string_view path) {
        found = true;
        return Fault{JudgeOnePath(capability, path), i};
      },
      [&](std::uint32_t i, std::string_view) -> Fault {
        if (capability.command_allowlist) return {};  // its check knows which words it matched
        return ForEachCommandWord(arguments[i], ReadingOf(capability.exec), arena,
                                  [&](std::string_view word) {
                                    return Fault{JudgePathWord(capability, word), i};
                                  });
      });
  if (fault) return fault;
  if (!found && !capability.allow_absent) return {"path.absent"};
  return {};
}

}  // namespace callgate::policy
