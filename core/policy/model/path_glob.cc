#include "core/policy/model/path_glob.h"

#include "core/policy/values/glob_segment.h"

namespace callgate::policy {
namespace {

// Takes the first segment, and the slash before it.
std::string_view TakeSegment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool CouldBeNamed(const PathEntry& entry, std::string_view path) {
  PathEntry::Progress progress = PathEntry::kBegun;
  while (!path.empty() && progress != 0 && !entry.IsCovered(progress)) {
    const std::string_view segment = TakeSegment(path);
    const NameSegment folded(segment);
    const bool may_be_glob = MayHoldGlob(segment);
    progress = entry.AdvanceAs(
        progress,
        [&](std::string_view own) {
          return own == segment || (may_be_glob && CouldBe(segment, {own, false, false, false}));
        },
        [&](const SegmentName& name) {
          return name.Matches(folded) ||
                 (may_be_glob && CouldBe(segment, {name.folded(), name.is_free_before(),
                                                   name.is_free_after(), true}));
        });
  }
  return entry.IsCovered(progress);
}

}  // namespace

bool CouldBeDenied(const PathEntry& entry, NormalPath normal) {
  if (entry.MatchesDenied(normal.text)) return true;
  if (normal.is_plain || !MayHoldGlob(normal.text)) return false;
  std::string_view path = normal.text;
  if (!entry.names.empty()) return CouldBeNamed(entry, path);
  for (const std::string& segment : entry.segments) {
    if (path.size() < 2) return false;
    const std::string_view actual = TakeSegment(path);
    if (segment != "*" && !CouldBe(actual, {segment, false, false, false})) return false;
  }
  return true;
}

}  // namespace callgate::policy
