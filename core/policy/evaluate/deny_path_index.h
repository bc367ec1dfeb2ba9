// What a context's deny entries for paths are looked up by, and the directories that relative paths
// are joined to.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DENY_PATH_INDEX_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DENY_PATH_INDEX_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/text_hash.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// The hash of a path, of its segments one after the other.
inline constexpr std::uint64_t kNoSegments = 0;
std::uint64_t HashWith(std::uint64_t path, std::string_view segment) noexcept;

class DenyPathIndex {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  struct Directory {
    std::string_view stem;  // empty for the root
    std::uint64_t hash = kNoSegments;
  };

  // `context` must stay where it is while this lives.
  explicit DenyPathIndex(const Context& context);

  // Entries with the same tool pattern are one group.
  std::uint32_t GroupOf(std::uint32_t entry) const noexcept { return groups_[entry]; }
  // The first entry of the group that is the directory of that hash and has no wildcard; `is_stem`
  // says of a stem whether it is that directory. kNone without one.
  template <typename IsStem>  // bool(std::string_view)
  std::uint32_t Find(std::uint32_t group, std::uint64_t directory, IsStem is_stem) const {
    if (slots_.empty()) return kNone;
    const std::uint64_t hash = base::MixHash(directory, group);
    for (std::size_t i = base::HomeSlot(hash, slots_.size()); slots_[i].entry != kNone;
         i = (i + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[i];
      if (slot.hash == hash && slot.group == group && is_stem(slot.stem)) return slot.entry;
    }
    return kNone;
  }

  // The base directory of a capability as one of few: a number; kNone without one.
  std::uint32_t DirectoryOf(std::uint32_t capability) const noexcept {
    return directory_of_[capability];
  }
  const Directory& directory(std::uint32_t number) const noexcept { return directories_[number]; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::string_view stem;
    std::uint32_t group = 0;
    std::uint32_t entry = kNone;
  };
  void Insert(std::uint32_t entry, const PathEntry& path);

  std::vector<std::uint32_t> groups_;  // of every deny entry
  std::vector<Slot> slots_;            // open addressing
  std::vector<std::uint32_t> directory_of_;
  std::vector<Directory> directories_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DENY_PATH_INDEX_H_
