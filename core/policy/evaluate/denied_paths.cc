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

void DeniedPaths::Begin() {
  if (lookup_) return;
  lookup_.emplace();
  auto& groups = lookup_->groups;
  for (const DenyEntry* const entry : entries_) {
    if (As<PathEntry>(entry).has_wildcard()) {
      lookup_->starred.Append(entry);
      continue;
    }
    const auto position = static_cast<std::uint32_t>(entry - context_.deny_list.data());
    const std::uint32_t group = context_.compiled->deny_paths().GroupOf(position);
    // Entries with the same tool pattern mostly stand together.
    if (groups.empty() || groups.back() != group) groups.Append(group);
  }
  if (groups.size() > 1) {
    std::sort(groups.begin(), groups.end());
    groups.Truncate(
        static_cast<std::size_t>(std::unique(groups.begin(), groups.end()) - groups.begin()));
  }
}

void DeniedPaths::BeginAtRoot() {
  Begin();
  if (lookup_->root) return;
  PathBeginnings& root = lookup_->root.emplace();
  root.directories.Append({});
  for (std::size_t i = 0; i < lookup_->starred.size(); ++i) root.progress.Append(PathEntry::kBegun);
  Probe({}, kNoSegments, {}, root.covering);
}

void DeniedPaths::BeginRelative() {
  Begin();
  if (lookup_->relative) return;
  PathBeginnings& relative = lookup_->relative.emplace();
  const DenyPathIndex& index = context_.compiled->deny_paths();
  const EntriesOfKind& starred = lookup_->starred;
  auto& progress = lookup_->progress;
  base::SmallVector<std::uint32_t, 16> numbers;
  for (const std::uint32_t capability : capabilities_) {
    numbers.Append(index.DirectoryOf(capability));
  }
  std::sort(numbers.begin(), numbers.end());
  const auto* const end = std::unique(numbers.begin(), numbers.end());
  for (std::size_t i = 0; i < starred.size(); ++i) relative.progress.Append(0);
  for (const std::uint32_t* number = numbers.begin(); number != end; ++number) {
    if (*number == DenyPathIndex::kNone) {
      lookup_->lacks_directory = true;
      continue;
    }
    const Directory& directory = index.directory(*number);
    relative.directories.Append(directory);
    progress.clear();
    for (std::size_t i = 0; i < starred.size(); ++i) progress.Append(PathEntry::kBegun);
    std::uint64_t hash = kNoSegments;
    Probe({}, hash, {}, relative.covering);
    std::string_view rest = directory.stem;
    for (std::string_view segment; NextSegment(rest, segment);) {
      hash = HashWith(hash, segment);
      const auto read =
          static_cast<std::size_t>(segment.data() + segment.size() - directory.stem.data());
      Probe({}, hash, directory.stem.substr(0, read), relative.covering);
      const NameSegment name(segment);
      for (std::size_t i = 0; i < starred.size(); ++i) {
        progress[i] = As<PathEntry>(starred[i]).Advance(progress[i], segment, name);
      }
    }
    for (std::size_t i = 0; i < starred.size(); ++i) relative.progress[i] |= progress[i];
  }
}

void DeniedPaths::TakeEarlier(const DenyEntry* entry, const DenyEntry*& found) const noexcept {
  if (found == nullptr || entry < found) found = entry;
}

// Looks up what `below` the directory has that hash.
void DeniedPaths::Probe(const Directory& directory, std::uint64_t hash, std::string_view below,
                        const DenyEntry*& found) const {
  const DenyPathIndex& index = context_.compiled->deny_paths();
  for (const std::uint32_t group : lookup_->groups) {
    const std::uint32_t position = index.Find(
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
  BeginAtRoot();
  return FindFrom(*lookup_->root, path);
}

const DenyEntry* DeniedPaths::FindRelative(std::string_view path) {
  BeginRelative();
  return FindFrom(*lookup_->relative, {path});
}

bool DeniedPaths::lacks_directory() {
  BeginRelative();
  return lookup_->lacks_directory;
}

const DenyEntry* DeniedPaths::FindFrom(const PathBeginnings& beginnings, NormalPath path) {
  const DenyEntry* found = FindForm(beginnings, path);
  if (path.is_plain) return found;
  PathBuffer buffer;
  const auto composed = ComposedForm(path.text, buffer);
  if (!composed) return found;
  if (const DenyEntry* const other = FindForm(beginnings, {*composed})) TakeEarlier(other, found);
  return found;
}

const DenyEntry* DeniedPaths::FindExpanded(const PathBeginnings& beginnings,
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

const DenyEntry* DeniedPaths::FindForm(const PathBeginnings& beginnings, NormalPath form) {
  const std::string_view path = form.text;
  if (!form.is_plain && MayHoldGlob(path)) return FindExpanded(beginnings, path);
  const EntriesOfKind& starred = lookup_->starred;
  auto& hashes = lookup_->hashes;
  auto& progress = lookup_->progress;
  const DenyEntry* found = beginnings.covering;
  hashes.clear();
  for (const Directory& directory : beginnings.directories) hashes.Append(directory.hash);
  progress.clear();
  progress.Append(beginnings.progress.data(), beginnings.progress.size());
  std::string_view rest = path;
  for (std::string_view segment; NextSegment(rest, segment);) {
    if (!lookup_->groups.empty()) {
      const std::uint64_t hash = base::HashText(segment);
      const std::string_view below =
          path.substr(0, static_cast<std::size_t>(segment.data() + segment.size() - path.data()));
      for (std::size_t i = 0; i < hashes.size(); ++i) {
        hashes[i] = base::MixHash(hashes[i], hash);
        Probe(beginnings.directories[i], hashes[i], below, found);
      }
    }
    if (starred.empty()) continue;
    const NameSegment name(segment);
    for (std::size_t i = 0; i < starred.size(); ++i) {
      if (progress[i] == 0) continue;
      progress[i] = As<PathEntry>(starred[i]).Advance(progress[i], segment, name);
    }
  }
  for (std::size_t i = 0; i < starred.size(); ++i) {
    if (!As<PathEntry>(starred[i]).IsCovered(progress[i])) continue;
    TakeEarlier(starred[i], found);
    break;
  }
  return found;
}

}  // namespace callgate::policy
