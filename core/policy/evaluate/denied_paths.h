// The deny entries for paths on one tool, asked about the paths of one call.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DENIED_PATHS_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DENIED_PATHS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/policy/evaluate/deny_kinds.h"
#include "core/policy/evaluate/deny_path_index.h"
#include "core/policy/values/path.h"

namespace callgate::policy {

// What the entries say of the directories that paths begin in.
struct PathBeginnings {
  base::SmallVector<DenyPathIndex::Directory, 4> directories;
  base::SmallVector<PathEntry::Progress, 16> progress;  // of each starred entry, in all of them
  const DenyEntry* covering = nullptr;                  // one of the directories
};

// Made for the first path that needs it, as few do.
struct DeniedPathsLookup {
  base::SmallVector<std::uint32_t, 4> groups;  // of the entries without wildcards
  EntriesOfKind starred;                       // the others
  std::optional<PathBeginnings> root;
  std::optional<PathBeginnings> relative;
  bool lacks_directory = false;
  base::SmallVector<std::uint64_t, 4> hashes;           // room for one path
  base::SmallVector<PathEntry::Progress, 16> progress;  // likewise
};

// Entries without wildcards are looked up, whatever their number. The others are read along with
// the segments of a path, where it is relative for all directories at once. Only a path that a tool
// may expand is compared with one entry after the other, and so is a plain one with few entries.
class DeniedPaths {
 public:
  // A relative path is joined to the directories of `capabilities`. All must outlive this.
  DeniedPaths(const Context& context, const EntriesOfKind& entries,
              std::span<const std::uint32_t> capabilities) noexcept
      : context_(context), entries_(entries), capabilities_(capabilities) {}

  // The first entry that covers the path; nullptr where none does.
  [[nodiscard]] const DenyEntry* Find(NormalPath path);
  // The same for a relative path, joined to each of the directories.
  // REQUIRES: no rule denies the path (JudgePath).
  [[nodiscard]] const DenyEntry* FindRelative(std::string_view path);
  // Some capability has no directory.
  [[nodiscard]] bool lacks_directory();

 private:
  using Directory = DenyPathIndex::Directory;

  static constexpr std::size_t kFew = 8;

  void Begin();
  void BeginAtRoot();
  void BeginRelative();
  void TakeEarlier(const DenyEntry* entry, const DenyEntry*& found) const noexcept;
  void Probe(const Directory& directory, std::uint64_t hash, std::string_view below,
             const DenyEntry*& found) const;
  const DenyEntry* FindFrom(const PathBeginnings& beginnings, NormalPath path);
  const DenyEntry* FindForm(const PathBeginnings& beginnings, NormalPath form);
  const DenyEntry* FindExpanded(const PathBeginnings& beginnings, std::string_view path) const;

  const Context& context_;
  const EntriesOfKind& entries_;
  std::span<const std::uint32_t> capabilities_;
  std::optional<DeniedPathsLookup> lookup_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DENIED_PATHS_H_
