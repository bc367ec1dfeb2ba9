#include "core/policy/model/path_glob.h"

#include "core/policy/values/glob_segment.h"

namespace callgate::policy {

bool CouldBeDenied(const PathEntry& entry, std::string_view path) {
  if (entry.MatchesDenied(path)) return true;
  if (!MayHoldGlob(path)) return false;
  for (const std::string& segment : entry.segments) {
    if (path.size() < 2) return false;
    path.remove_prefix(1);
    const std::string_view actual = path.substr(0, path.find('/'));
    path.remove_prefix(actual.size());
    if (segment != "*" && !CouldBe(actual, {segment, false, false, false})) return false;
  }
  return true;
}

}  // namespace callgate::policy
