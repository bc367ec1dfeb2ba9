#include "core/policy/evaluate/deny_path_index.h"

#include <bit>
#include <unordered_map>

namespace callgate::policy {
namespace {

std::uint64_t HashOf(const PathEntry& path) noexcept {
  std::uint64_t hash = kNoSegments;
  for (const std::string& segment : path.segments) hash = HashWith(hash, segment);
  return hash;
}

}  // namespace

std::uint64_t HashWith(std::uint64_t path, std::string_view segment) noexcept {
  return base::MixHash(path, base::HashText(segment));
}

DenyPathIndex::DenyPathIndex(const Context& context) {
  std::unordered_map<std::string_view, std::uint32_t> groups;
  std::size_t count = 0;
  groups_.reserve(context.deny_list.size());
  for (const DenyEntry& entry : context.deny_list) {
    const auto next = static_cast<std::uint32_t>(groups.size());
    groups_.push_back(groups.emplace(entry.tool_pattern.text, next).first->second);
    if (const auto* path = std::get_if<PathEntry>(&entry.argument)) {
      if (!path->has_wildcard()) ++count;
    }
  }
  if (count != 0) slots_.resize(std::bit_ceil(2 * count));
  for (std::uint32_t i = 0; i < context.deny_list.size(); ++i) {
    const auto* path = std::get_if<PathEntry>(&context.deny_list[i].argument);
    if (path != nullptr && !path->has_wildcard()) Insert(i, *path);
  }

  std::unordered_map<std::string_view, std::uint32_t> numbers;
  directory_of_.reserve(context.capabilities.size());
  for (const Capability& capability : context.capabilities) {
    if (!capability.base_directory) {
      directory_of_.push_back(kNone);
      continue;
    }
    const PathEntry& directory = *capability.base_directory;
    const auto next = static_cast<std::uint32_t>(directories_.size());
    const auto [known, is_new] = numbers.emplace(directory.stem, next);
    if (is_new) directories_.push_back({directory.stem, HashOf(directory)});
    directory_of_.push_back(known->second);
  }
}

void DenyPathIndex::Insert(std::uint32_t entry, const PathEntry& path) {
  const std::uint32_t group = groups_[entry];
  const std::uint64_t hash = base::MixHash(HashOf(path), group);
  std::size_t i = base::HomeSlot(hash, slots_.size());
  while (slots_[i].entry != kNone) {
    if (slots_[i].group == group && slots_[i].stem == path.stem) return;  // the first one counts
    i = (i + 1) & (slots_.size() - 1);
  }
  slots_[i] = {hash, path.stem, group, entry};
}

}  // namespace callgate::policy
