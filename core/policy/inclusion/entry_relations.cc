#include "core/policy/inclusion/entry_relations.h"

#include <algorithm>

#include "core/policy/values/glob_segment.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kAnySegment = "*";

// What a tool may expand `segment` to is `other`.
bool CouldMeet(std::string_view segment, std::string_view other) noexcept {
  return MayHoldGlob(segment) && CouldBe(segment, {other, false, false, false});
}

bool SegmentsMeet(std::string_view a, std::string_view b) noexcept {
  return a == b || a == kAnySegment || b == kAnySegment || CouldMeet(a, b) || CouldMeet(b, a);
}

// The first word of a deny entry stands for itself and, without a slash, for every program whose
// last segment it is.
bool FirstWordCovers(std::string_view entry, std::string_view program) noexcept {
  return entry == program || entry == LastSegment(program);
}

}  // namespace

PathSet PathSet::OfAllowed(const PathEntry& entry) {
  return {{entry.segments.begin(), entry.segments.end()}, entry.below_only};
}

PathSet PathSet::OfDenied(const PathEntry& entry) {
  return {{entry.segments.begin(), entry.segments.end()}, false};
}

bool PathSet::IsWithin(const PathSet& outer) const noexcept {
  if (outer.segments.size() > segments.size()) return false;
  for (std::size_t i = 0; i < outer.segments.size(); ++i) {
    if (outer.segments[i] != kAnySegment && outer.segments[i] != segments[i]) return false;
  }
  return !outer.below_only || below_only || segments.size() > outer.segments.size();
}

bool PathSet::Meets(const PathSet& other) const noexcept {
  const std::size_t common = std::min(segments.size(), other.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (!SegmentsMeet(segments[i], other.segments[i])) return false;
  }
  return true;  // both are trees: the deeper one's lower part is in both
}

std::optional<PathSet> PathSet::From(const PathEntry& base) const {
  const std::size_t common = std::min(segments.size(), base.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (!SegmentsMeet(segments[i], base.segments[i])) return std::nullopt;
  }
  if (segments.size() < base.segments.size()) return PathSet{};
  return PathSet{{segments.begin() + static_cast<std::ptrdiff_t>(common), segments.end()},
                 below_only};
}

PathSet PathSet::JoinedTo(const PathEntry& base) const {
  PathSet joined{{base.segments.begin(), base.segments.end()}, below_only};
  joined.segments.insert(joined.segments.end(), segments.begin(), segments.end());
  return joined;
}

std::string PathSet::Sample(std::string_view fresh, bool absolute) const {
  std::string path;
  const auto append = [&](std::string_view segment) {
    if (absolute || !path.empty()) path += '/';
    path += segment;
  };
  for (const std::string_view segment : segments) append(segment == kAnySegment ? fresh : segment);
  if (below_only) append(fresh);
  if (path.empty()) path = absolute ? "/" : ".";
  return path;
}

bool DeniesWithin(const CommandEntry& inner, const CommandEntry& outer) noexcept {
  return DeniesEvery(outer, Words(inner.words.begin(), inner.words.end()), inner.option);
}

std::optional<Words> DeniedBeginning(const Words& words, const CommandEntry& entry) {
  if (!FirstWordCovers(entry.words[0], words[0])) return std::nullopt;
  Words beginning = words;
  for (std::size_t i = 1; i < entry.words.size(); ++i) {
    if (i >= words.size()) {
      beginning.push_back(entry.words[i]);
    } else if (words[i] != entry.words[i]) {
      return std::nullopt;
    }
  }
  return beginning;
}

bool DeniesEvery(const CommandEntry& entry, const Words& words, std::string_view option) noexcept {
  if (entry.words.size() > words.size()) return false;
  if (!FirstWordCovers(entry.words[0], words[0])) return false;
  if (!std::equal(entry.words.begin() + 1, entry.words.end(), words.begin() + 1)) return false;
  if (entry.option.empty() || entry.option == option) return true;
  return std::any_of(words.begin() + 1, words.end(),
                     [&](std::string_view word) { return HoldsOption(word, entry.option); });
}

}  // namespace callgate::policy
