#include "core/policy/evaluate/bases.h"

#include <cstring>

#include "core/policy/values/path.h"

namespace callgate::policy {

std::string_view Bases::Of(const PathKind& kind) {
  if (kind.base) return kind.base->text;
  if (kind.base_argument.empty()) return {};
  for (const Known& known : known_) {
    if (known.argument == kind.base_argument) return known.directory;
  }
  const std::string_view directory = Find(kind.base_argument);
  known_.Append({kind.base_argument, directory});
  return directory;
}

std::string_view Bases::Find(std::string_view argument) {
  for (std::uint32_t i = 0; i < arguments_.size(); i = arguments_[i].end) {
    if (arguments_[i].key != argument) continue;
    const json::Value value = arguments_[i].value;
    if (!value.is_string() || value.string().size() > kMaxBaseBytes) return {};
    const std::string_view path = value.string();
    const PathJudgement judgement = JudgePath(path);
    if (!judgement.rule.empty() || !IsAbsolutePath(path)) return {};
    if (judgement.is_normal) return path;
    PathBuffer buffer;
    const std::string_view normal = NormalizePath(path, {}, buffer);
    char* const kept = normal_.Take(normal.size());
    std::memcpy(kept, normal.data(), normal.size());
    return {kept, normal.size()};
  }
  return {};
}

}  // namespace callgate::policy
