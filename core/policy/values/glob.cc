#include "core/policy/values/glob.h"

#include "core/base/ascii.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

bool Climbs(std::string_view glob) noexcept {
  while (true) {
    const std::string_view segment = glob.substr(0, glob.find('/'));
    if (segment == "..") return true;
    if (segment.size() == glob.size()) return false;
    glob.remove_prefix(segment.size() + 1);
  }
}

bool BeginsAtAPlace(std::string_view glob) noexcept {
  return glob.starts_with('/') || glob.starts_with('~') ||
         (glob.size() >= 2 && base::IsAsciiLetter(glob[0]) && glob[1] == ':');
}

}  // namespace

bool IsGlob(std::string_view value) noexcept {
  const std::string_view glob = WithoutOuterWhiteSpace(value);
  if (!BeginsAtAPlace(glob) && !Climbs(glob)) return false;
  return glob.find_first_of("\\()|+^$") == std::string_view::npos &&
         glob.find(".*") == std::string_view::npos && !HoldsControl(glob);
}

std::string_view GlobDirectory(std::string_view glob) noexcept {
  glob = WithoutOuterWhiteSpace(glob);
  if (!glob.starts_with('/') || Climbs(glob)) return {};
  const std::size_t wildcard = glob.find_first_of("*?[{");
  if (wildcard == std::string_view::npos) return glob;
  return glob.substr(0, glob.rfind('/', wildcard) + 1);
}

}  // namespace callgate::policy
