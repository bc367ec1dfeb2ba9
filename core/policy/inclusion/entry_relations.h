// Which entries are within which: the sets of paths and commands that entries stand for, compared.
// All are exact but for names at any depth, where a doubtful answer is that of two sets which are
// not within one another, and which meet.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_ENTRY_RELATIONS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_ENTRY_RELATIONS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/model/command_entry.h"
#include "core/policy/model/path_entry.h"

namespace callgate::policy {

// The paths that begin with `segments`, "*" standing for any one segment; without those that end
// there where `below_only`. Also the relative paths that do, seen from some base directory. With
// `names` only those that hold them one after the other, at any depth below: as folded names, of a
// deny entry, anywhere, and else at their end. Views are into the entries it was made from.
struct PathSet {
  static PathSet OfAllowed(const PathEntry& entry);
  // A deny entry always covers the directory itself.
  static PathSet OfDenied(const PathEntry& entry);

  bool IsWithin(const PathSet& outer) const;
  // REQUIRES: one of the two is of a deny entry.
  bool Meets(const PathSet& other) const noexcept;
  // What follows `base` in the paths of this set that are `base` or below: sets that are that
  // together, none where there are no such paths. REQUIRES: `base` has no wildcard.
  std::vector<PathSet> From(const PathEntry& base) const;
  // `base` and this set of relative paths together.
  PathSet JoinedTo(const PathEntry& base) const;
  // A path of the set, "*" filled in with `fresh`; relative paths begin without a slash.
  std::string Sample(std::string_view fresh, bool absolute) const;
  // This set with one segment more before its names, which are then deeper.
  PathSet Deeper(std::string_view fresh) const;
  // A path of this set, of an entry that allows, and of `denied`; nullopt where they do not meet.
  std::optional<std::string> CommonSample(const PathSet& denied, std::string_view fresh) const;

  std::vector<std::string_view> segments;
  bool below_only = false;
  std::span<const SegmentName> names = {};
  bool folded = false;
  bool at_once = false;  // the names follow the segments without any between them

 private:
  // The number of segments that the shortest path has.
  std::size_t MinimalSize() const noexcept;
  bool HoldsNamesOf(const PathSet& outer) const;
  bool EndsInNamesOf(const PathSet& outer) const noexcept;
  bool IsNamed(std::size_t segment, const SegmentName& name) const;
};

// Every command that `inner` denies, `outer` denies.
bool DeniesWithin(const CommandEntry& inner, const CommandEntry& outer) noexcept;

using Words = std::vector<std::string_view>;  // the first words of argv
std::string Joined(const Words& words);       // by spaces

// What commands that begin with `words` and are denied by `entry` begin with, but for the option of
// the entry, which stands anywhere behind; nullopt where no such command is.
std::optional<Words> DeniedBeginning(const Words& words, const CommandEntry& entry);
// `entry` denies every command that begins with `words` and holds `option`, if that is not empty;
// none where there are no words.
bool DeniesEvery(const CommandEntry& entry, const Words& words,
                 std::string_view option = {}) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_ENTRY_RELATIONS_H_
