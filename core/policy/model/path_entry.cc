#include "core/policy/model/path_entry.h"

#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

enum class Sort : std::uint8_t { kAllowed, kDenied };

// Takes the first segment, and the slash before it.
std::string_view TakeSegment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

// What follows `**`.
bool ReadNames(std::string_view rest, Sort sort, PathEntry& entry) {
  if (rest.empty()) return false;
  while (!rest.empty()) {
    auto name = SegmentName::Parse(TakeSegment(rest));
    if (!name || (sort == Sort::kDenied && !name->can_be_folded())) return false;
    entry.names.push_back(std::move(*name));
  }
  return true;
}

std::string TextOf(const PathEntry& entry, Sort sort) {
  if (entry.names.empty()) {
    if (entry.below_only) return entry.stem + "/*";
    return entry.stem.empty() ? "/" : entry.stem;
  }
  std::string text = entry.stem.empty() && sort == Sort::kDenied ? "**" : entry.stem + "/**";
  for (const SegmentName& name : entry.names) text += "/" + name.text();
  return text;
}

std::optional<PathEntry> ParseEntry(std::string_view text, Sort sort) {
  PathBuffer composed;
  if (!IsAbsolutePath(text) || ComposedForm(text, composed)) return std::nullopt;
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
  const char* const begin = rest.data();
  entry.stem = rest;
  while (!rest.empty()) {
    const auto before = static_cast<std::size_t>(rest.data() - begin);
    const std::string_view segment = TakeSegment(rest);
    if (segment == "**") {
      // Below what is so named nothing is allowed, and all is denied.
      if (entry.below_only && sort == Sort::kAllowed) return std::nullopt;
      entry.below_only = false;
      entry.stem.resize(before);
      if (!ReadNames(rest, sort, entry)) return std::nullopt;
      break;
    }
    if (segment == "*") {
      entry.wildcard = true;
    } else if (!IsNormalSegment(segment)) {
      return std::nullopt;
    }
    entry.segments.emplace_back(segment);
  }
  if (entry.has_wildcard() && entry.segments.size() + entry.names.size() > kMaxStarredSegments) {
    return std::nullopt;
  }
  entry.text = TextOf(entry, sort);
  return entry;
}

}  // namespace

std::optional<PathEntry> PathEntry::ParseAllowed(std::string_view text) {
  return ParseEntry(text, Sort::kAllowed);
}

std::optional<PathEntry> PathEntry::ParseDenied(std::string_view text) {
  if (text.starts_with("**/")) return ParseEntry("/" + std::string(text), Sort::kDenied);
  return ParseEntry(text, Sort::kDenied);
}

std::optional<PathEntry> PathEntry::ParseDirectory(std::string_view text) {
  auto entry = ParseEntry(text, Sort::kAllowed);
  if (entry && (entry->has_wildcard() || entry->below_only)) return std::nullopt;
  return entry;
}

bool PathEntry::Matches(std::string_view path) const noexcept {
  if (names.empty()) return Covers(path, !below_only);
  // The last segments must be so named, and what is before them lie below the stem.
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || !name->MatchesBytes(path.substr(slash + 1))) {
      return false;
    }
    path = path.substr(0, slash);
  }
  return Covers(path, true);
}

bool PathEntry::MatchesDenied(std::string_view path) const {
  if (!has_wildcard()) return Covers(path, true);
  if (path == "/") path = {};
  Progress progress = kBegun;
  while (!path.empty() && progress != 0 && !IsCovered(progress)) {
    const std::string_view segment = TakeSegment(path);
    progress = Advance(progress, segment, NameSegment(segment));
  }
  return IsCovered(progress);
}

PathEntry::Progress PathEntry::Advance(Progress progress, std::string_view segment,
                                       const NameSegment& name) const noexcept {
  return AdvanceAs(
      progress, [segment](std::string_view own) { return own == segment; },
      [&name](const SegmentName& own) { return own.Matches(name); });
}

bool PathEntry::LiesBelow(std::string_view directory) const noexcept {
  if (directory == "/") directory = {};
  for (const std::string& segment : segments) {
    if (directory.empty()) return true;
    const std::string_view actual = TakeSegment(directory);
    if (segment != "*" && segment != actual) return false;
  }
  return directory.empty() || !names.empty();
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
    const std::string_view actual = TakeSegment(path);
    if (segment != "*" && segment != actual) return false;
  }
  return !path.empty() || itself;
}

}  // namespace callgate::policy
