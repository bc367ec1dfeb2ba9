#include "core/policy/evaluate/denied_paths.h"

#include <algorithm>

#include "core/policy/model/path_glob.h"
#include "core/policy/values/glob_segment.h"
#include "core/policy/values/normal_form.h"

namespace callgate::policy {
namespace {

// The next segment that is neither empty nor `.`; false at the end. `rest` is what follows it.
bool NextSegment(std::string_view& rest, std::string_view& segment) noexcept {
  while (!rest.empty()) {
    segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size() < rest.size() ? segment.size() + 1 : segment.size());
    if (!segment.empty() && segment != ".") return true;
  }
  return false;
}

// `stem` is the directory and what of a path is below it.
bool IsJoined(std::string_view stem, std::string_view directory, std::string_view below) noexcept {
  if (!stem.starts_with(directory)) return false;
  stem.remove_prefix(directory.size());
  std::string_view segment;
  while (NextSegment(below, segment)) {
    if (!stem.starts_with('/') || !stem.substr(1).starts_with(segment)) return false;
    stem.remove_prefix(1 + segment.size());
  }
  return stem.empty();
}

}  // namespace

DeniedPaths::DeniedPaths(const Context& context, const EntriesOfKind& entries,
                         const Positions& capabilities)
    : context_(context),
      index_(context.compiled->deny_paths()),
      entries_(entries),
      capabilities_(capabilities) {}

void DeniedPaths::Sort() {
  if (is_sorted_) return;
  is_sorted_ = true;
  for (const DenyEntry* const entry : entries_) {
    if (As<PathEntry>(entry).has_wildcard()) {
      starred_.Append(entry);
      continue;
    }
    const auto position = static_cast<std::uint32_t>(entry - context_.deny_list.data());
    const std::uint32_t group = index_.GroupOf(position);
    // Entries with the same tool pattern mostly stand together.
    if (groups_.empty() || groups_.back() != group) groups_.Append(group);
  }
  if (groups_.size() > 1) {
    std::sort(groups_.begin(), groups_.end());
    groups_.Truncate(
        static_cast<std::size_t>(std::unique(groups_.begin(), groups_.end()) - groups_.begin()));
  }
}

void DeniedPaths::BeginAtRoot() {
  Sort();
  has_root_ = true;
  root_.directories.Append({});
  for (std::size_t i = 0; i < starred_.size(); ++i) root_.progress.Append(PathEntry::kBegun);
  Probe({}, kNoSegments, {}, root_.covering);
}

void DeniedPaths::BeginRelative() {
  Sort();
  has_relative_ = true;
  base::SmallVector<std::uint32_t, 16> numbers;
  for (const std::uint32_t capability : capabilities_) {
    numbers.Append(index_.DirectoryOf(capability));
  }
  std::sort(numbers.begin(), numbers.end());
  const auto* const end = std::unique(numbers.begin(), numbers.end());
  for (std::size_t i = 0; i < starred_.size(); ++i) relative_.progress.Append(0);
  for (const std::uint32_t* number = numbers.begin(); number != end; ++number) {
    if (*number == DenyPathIndex::kNone) {
      lacks_directory_ = true;
      continue;
    }
    const Directory& directory = index_.directory(*number);
    relative_.directories.Append(directory);
    progress_.clear();
    for (std::size_t i = 0; i < starred_.size(); ++i) progress_.Append(PathEntry::kBegun);
    std::uint64_t hash = kNoSegments;
    Probe({}, hash, {}, relative_.covering);
    std::string_view rest = directory.stem;
    for (std::string_view segment; NextSegment(rest, segment);) {
      hash = HashWith(hash, segment);
      const auto read =
          static_cast<std::size_t>(segment.data() + segment.size() - directory.stem.data());
      Probe({}, hash, directory.stem.substr(0, read), relative_.covering);
      const NameSegment name(segment);
      for (std::size_t i = 0; i < starred_.size(); ++i) {
        progress_[i] = As<PathEntry>(starred_[i]).Advance(progress_[i], segment, name);
      }
    }
    for (std::size_t i = 0; i < starred_.size(); ++i) relative_.progress[i] |= progress_[i];
  }
}

void DeniedPaths::TakeEarlier(const DenyEntry* entry, const DenyEntry*& found) const noexcept {
  if (found == nullptr || entry < found) found = entry;
}

// Looks up what `below` the directory has that hash.
void DeniedPaths::Probe(const Directory& directory, std::uint64_t hash, std::string_view below,
                        const DenyEntry*& found) const {
  for (const std::uint32_t group : groups_) {
    const std::uint32_t position = index_.Find(
        group, hash, [&](std::string_view stem) { return IsJoined(stem, directory.stem, below); });
    if (position != DenyPathIndex::kNone) TakeEarlier(&context_.deny_list[position], found);
  }
}

const DenyEntry* DeniedPaths::Find(NormalPath path) {
  if (path.is_plain && entries_.size() <= kFew) {
    const auto* const found = std::ranges::find_if(entries_, [path](const DenyEntry* entry) {
      return As<PathEntry>(entry).MatchesDenied(path.text);
    });
    return found == entries_.end() ? nullptr : *found;
  }
  if (!has_root_) BeginAtRoot();
  return FindFrom(root_, path);
}

const DenyEntry* DeniedPaths::FindRelative(std::string_view path) {
  if (!has_relative_) BeginRelative();
  return FindFrom(relative_, {path});
}

bool DeniedPaths::lacks_directory() {
  if (!has_relative_) BeginRelative();
  return lacks_directory_;
}

const DenyEntry* DeniedPaths::FindFrom(const Beginnings& beginnings, NormalPath path) {
  const DenyEntry* found = FindForm(beginnings, path);
  if (path.is_plain) return found;
  PathBuffer buffer;
  const auto composed = ComposedForm(path.text, buffer);
  if (!composed) return found;
  if (const DenyEntry* const other = FindForm(beginnings, {*composed})) TakeEarlier(other, found);
  return found;
}

const DenyEntry* DeniedPaths::FindExpanded(const Beginnings& beginnings,
                                           std::string_view path) const {
  const DenyEntry* found = nullptr;
  for (const Directory& directory : beginnings.directories) {
    PathBuffer buffer;
    const std::string_view stem = directory.stem.empty() ? "/" : directory.stem;
    const NormalPath normal = Normalize(path, {{}, false}, {stem}, buffer);
    for (const DenyEntry* const entry : entries_) {
      if (!CouldBeDenied(As<PathEntry>(entry), normal)) continue;
      TakeEarlier(entry, found);
      break;
    }
  }
  return found;
}

const DenyEntry* DeniedPaths::FindForm(const Beginnings& beginnings, NormalPath form) {
  const std::string_view path = form.text;
  if (!form.is_plain && MayHoldGlob(path)) return FindExpanded(beginnings, path);
  const DenyEntry* found = beginnings.covering;
  hashes_.clear();
  for (const Directory& directory : beginnings.directories) hashes_.Append(directory.hash);
  progress_.clear();
  progress_.Append(beginnings.progress.data(), beginnings.progress.size());
  std::string_view rest = path;
  for (std::string_view segment; NextSegment(rest, segment);) {
    if (!groups_.empty()) {
      const std::uint64_t hash = base::HashText(segment);
      const std::string_view below =
          path.substr(0, static_cast<std::size_t>(segment.data() + segment.size() - path.data()));
      for (std::size_t i = 0; i < hashes_.size(); ++i) {
        hashes_[i] = base::MixHash(hashes_[i], hash);
        Probe(beginnings.directories[i], hashes_[i], below, found);
      }
    }
    if (starred_.empty()) continue;
    const NameSegment name(segment);
    for (std::size_t i = 0; i < starred_.size(); ++i) {
      if (progress_[i] == 0) continue;
      progress_[i] = As<PathEntry>(starred_[i]).Advance(progress_[i], segment, name);
    }
  }
  for (std::size_t i = 0; i < starred_.size(); ++i) {
    if (!As<PathEntry>(starred_[i]).IsCovered(progress_[i])) continue;
    TakeEarlier(starred_[i], found);
    break;
  }
  return found;
}

}  // namespace callgate::policy
