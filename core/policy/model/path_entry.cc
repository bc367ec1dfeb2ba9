#include "core/policy/model/path_entry.h"

#include "core/policy/values/path.h"

namespace callgate::policy {

std::optional<PathEntry> PathEntry::Parse(std::string_view text) {
  if (text.empty() || text.front() != '/') return std::nullopt;
  PathEntry entry;
  std::string_view rest = text;
  if (rest.ends_with("/**")) {
    rest.remove_suffix(3);
    entry.below_only = true;
  } else if (rest.ends_with("/*")) {
    rest.remove_suffix(2);
    entry.below_only = true;
  } else if (rest == "/") {
    rest = {};
  }
  entry.stem = rest;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the slash
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    if (segment == "*") {
      entry.wildcard = true;
    } else if (!IsNormalSegment(segment)) {
      return std::nullopt;
    }
    entry.segments.emplace_back(segment);
  }
  entry.text = entry.below_only ? entry.stem + "/*" : entry.stem.empty() ? "/" : entry.stem;
  return entry;
}

bool PathEntry::Matches(std::string_view path) const noexcept { return Covers(path, !below_only); }

bool PathEntry::MatchesDenied(std::string_view path) const noexcept { return Covers(path, true); }

bool PathEntry::LiesBelow(std::string_view directory) const noexcept {
  if (directory == "/") directory = {};
  for (const std::string& segment : segments) {
    if (directory.empty()) return true;
    directory.remove_prefix(1);
    const std::string_view actual = directory.substr(0, directory.find('/'));
    if (segment != "*" && segment != actual) return false;
    directory.remove_prefix(actual.size());
  }
  return directory.empty();
}

bool PathEntry::Covers(std::string_view path, bool itself) const noexcept {
  if (path == "/") path = {};  // so that every path is a sequence of "/segment"
  if (!wildcard) {
    if (!path.starts_with(stem)) return false;
    path.remove_prefix(stem.size());
    return path.empty() ? itself : path.front() == '/';
  }
  for (const std::string& segment : segments) {
    if (path.empty()) return false;
    path.remove_prefix(1);
    const std::string_view actual = path.substr(0, path.find('/'));
    if (segment != "*" && segment != actual) return false;
    path.remove_prefix(actual.size());
  }
  return !path.empty() || itself;
}

}  // namespace callgate::policy
