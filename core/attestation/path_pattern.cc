#include "core/attestation/path_pattern.h"

#include <cstddef>

#include "core/base/spiffe_id.h"

namespace callgate::attestation {
namespace {

constexpr std::string_view kAnySegments = "**";

// Takes the first segment, and the slash before it, off `path`. REQUIRES: begins with a slash.
std::string_view TakeSegment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

// Going back to the last star alone is enough: what an earlier one could take, the last can.
bool MatchesSegment(std::string_view pattern, std::string_view segment) noexcept {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t p = 0, s = 0, star = kNone, taken = 0;
  while (s < segment.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = s;
    } else if (p < pattern.size() && pattern[p] == segment[s]) {
      ++p;
      ++s;
    } else if (star != kNone) {
      p = star + 1;
      s = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == kNone;
}

}  // namespace

bool IsPathPattern(std::string_view pattern) noexcept {
  if (!pattern.starts_with('/')) return false;
  while (!pattern.empty()) {
    const std::string_view segment = TakeSegment(pattern);
    if (segment.empty()) return false;
    for (const char c : segment) {
      if (c != '*' && !base::IsSpiffePathCharacter(c)) return false;
    }
  }
  return true;
}

// As MatchesSegment, with segments for characters.
bool MatchesPath(std::string_view pattern, std::string_view path) noexcept {
  bool after_any = false;
  std::string_view pattern_again, path_again;
  while (!path.empty()) {
    std::string_view pattern_rest = pattern;
    std::string_view path_rest = path;
    const std::string_view wanted = pattern.empty() ? pattern : TakeSegment(pattern_rest);
    const std::string_view segment = TakeSegment(path_rest);
    if (wanted == kAnySegments) {
      after_any = true;
      pattern = pattern_again = pattern_rest;
      path_again = path;
    } else if (!pattern.empty() && MatchesSegment(wanted, segment)) {
      pattern = pattern_rest;
      path = path_rest;
    } else if (after_any) {
      TakeSegment(path_again);
      pattern = pattern_again;
      path = path_again;
    } else {
      return false;
    }
  }
  while (!pattern.empty()) {
    if (TakeSegment(pattern) != kAnySegments) return false;
  }
  return true;
}

}  // namespace callgate::attestation
