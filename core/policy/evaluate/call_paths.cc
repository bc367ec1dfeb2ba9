#include "core/policy/evaluate/call_paths.h"

#include <cstring>

namespace callgate::policy {

PathJudgement CallPaths::Judge(std::uint32_t item) {
  Judged& judged = judged_[item % judged_.size()];
  if (judged.item != item) judged = {item, JudgePath(arguments_[item].value.string())};
  return judged.judgement;
}

NormalPath CallPaths::BaseOf(const PathKind& kind) {
  if (kind.base) return AsNormal(kind.base->text);
  if (kind.base_argument.empty()) return {};
  for (const Known& known : known_) {
    if (known.argument == kind.base_argument) return known.directory;
  }
  const NormalPath directory = Find(kind.base_argument);
  known_.Append({kind.base_argument, directory});
  return directory;
}

NormalPath CallPaths::Find(std::string_view argument) {
  for (std::uint32_t i = 0; i < arguments_.size(); i = arguments_[i].end) {
    if (arguments_[i].key != argument) continue;
    const json::Value value = arguments_[i].value;
    if (!value.is_string() || value.string().size() > kMaxBaseBytes) return {};
    const std::string_view path = value.string();
    const PathJudgement judgement = Judge(i);
    if (!judgement.rule.empty() || !IsAbsolutePath(path)) return {};
    PathBuffer buffer;
    NormalPath normal = Normalize(path, judgement, {}, buffer);
    if (normal.text.data() == path.data()) return normal;
    char* const kept = normal_.Take(normal.text.size());
    std::memcpy(kept, normal.text.data(), normal.text.size());
    normal.text = {kept, normal.text.size()};
    return normal;
  }
  return {};
}

}  // namespace callgate::policy
