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
  return {{entry.segments.begin(), entry.segments.end()}, entry.below_only, entry.names, false};
}

PathSet PathSet::OfDenied(const PathEntry& entry) {
  return {{entry.segments.begin(), entry.segments.end()}, false, entry.names, true};
}

std::size_t PathSet::MinimalSize() const noexcept {
  return segments.size() + names.size() + (below_only ? 1 : 0);
}

bool PathSet::IsWithin(const PathSet& outer) const {
  for (std::size_t i = 0; i < outer.segments.size(); ++i) {
    if (outer.segments[i] == kAnySegment
            ? i >= MinimalSize()
            : i >= segments.size() || outer.segments[i] != segments[i]) {
      return false;
    }
  }
  if (outer.names.empty()) return !outer.below_only || MinimalSize() > outer.segments.size();
  return outer.folded ? HoldsNamesOf(outer) : EndsInNamesOf(outer);
}

// Of every path the segment that is the n-th of these segments and names has the name of a deny
// entry.
bool PathSet::IsNamed(std::size_t nth, const SegmentName& name) const {
  if (nth < segments.size()) {
    // An 8.3 name may be read in a glob that no long name is read in.
    return segments[nth] != kAnySegment && name.MatchesLong(NameSegment(segments[nth]));
  }
  const SegmentName& inner = names[nth - segments.size()];
  return folded ? inner.IsWithin(name) : inner.IsFoldedWithin(name);
}

// Every path of this set holds the names of `outer` below its segments.
bool PathSet::HoldsNamesOf(const PathSet& outer) const {
  const std::size_t count = outer.names.size();
  const std::size_t size = segments.size() + names.size();
  for (std::size_t at = outer.segments.size(); at + count <= size; ++at) {
    // Between segments and names others may lie.
    if (!at_once && at < segments.size() && at + count > segments.size()) continue;
    std::size_t i = 0;
    while (i < count && IsNamed(at + i, outer.names[i])) ++i;
    if (i == count) return true;
  }
  return false;
}

// Every path of this set ends in the names of `outer`, byte for byte.
bool PathSet::EndsInNamesOf(const PathSet& outer) const noexcept {
  if (folded || names.size() < outer.names.size()) return false;
  if (MinimalSize() < outer.MinimalSize()) return false;
  const auto end = names.last(outer.names.size());
  return std::equal(end.begin(), end.end(), outer.names.begin(),
                    [](const SegmentName& inner, const SegmentName& around) {
                      return inner.AreBytesWithin(around);
                    });
}

bool PathSet::Meets(const PathSet& other) const noexcept {
  const std::size_t common = std::min(segments.size(), other.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (!SegmentsMeet(segments[i], other.segments[i])) return false;
  }
  // The deny entry is a tree: the lower part of the deeper one is in both, and names may lie there.
  return true;
}

std::vector<PathSet> PathSet::From(const PathEntry& base) const {
  const std::size_t common = std::min(segments.size(), base.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (!SegmentsMeet(segments[i], base.segments[i])) return {};
  }
  if (segments.size() >= base.segments.size()) {
    return {{{segments.begin() + static_cast<std::ptrdiff_t>(common), segments.end()},
             below_only,
             names,
             folded,
             at_once}};
  }
  if (names.empty()) return {PathSet{}};
  std::vector<PathSet> sets = {{{}, false, names, folded}};
  // Where the base ends in some of the names, the rest of them may follow at once.
  const auto fits = [&](std::size_t name, std::size_t at) {
    return folded ? names[name].Matches(NameSegment(base.segments[at]))
                  : names[name].MatchesBytes(base.segments[at]);
  };
  for (std::size_t at = common; at < base.segments.size(); ++at) {
    const std::size_t left = base.segments.size() - at;
    std::size_t count = 0;
    while (count < std::min(left, names.size()) && fits(count, at + count)) ++count;
    if (count == names.size() && folded) return {PathSet{}};
    if (count == left && count < names.size()) {
      sets.push_back({{}, false, names.subspan(count), folded, true});
    }
  }
  return sets;
}

PathSet PathSet::JoinedTo(const PathEntry& base) const {
  PathSet joined{{base.segments.begin(), base.segments.end()}, below_only, names, folded, at_once};
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
  for (const SegmentName& name : names) append(name.Sample(fresh));
  if (below_only) append(fresh);
  if (path.empty()) path = absolute ? "/" : ".";
  return path;
}

PathSet PathSet::Deeper(std::string_view fresh) const {
  PathSet deeper = *this;
  deeper.segments.push_back(fresh);
  return deeper;
}

std::optional<std::string> PathSet::CommonSample(const PathSet& denied,
                                                 std::string_view fresh) const {
  if (!Meets(denied)) return std::nullopt;
  PathSet both = segments.size() < denied.segments.size() ? denied : *this;
  const auto& other = segments.size() < denied.segments.size() ? segments : denied.segments;
  for (std::size_t i = 0; i < other.size(); ++i) {
    if (both.segments[i] == kAnySegment) both.segments[i] = other[i];
  }
  std::vector<SegmentName> all(denied.names.begin(), denied.names.end());
  all.insert(all.end(), names.begin(), names.end());
  both.names = all;
  both.below_only = below_only && all.empty() && both.segments.size() == segments.size();
  return both.Sample(fresh, true);
}

std::string Joined(const Words& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
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
