#include "core/policy/counterexample/declared_calls.h"

#include <algorithm>

namespace callgate::policy {

DeclaredCalls::DeclaredCalls(std::vector<DeclaredChoice> choices,
                             const std::function<bool(const Fragment&)>& spares)
    : choices_(std::move(choices)) {
  for (DeclaredChoice& choice : choices_) {
    std::stable_partition(choice.values.begin(), choice.values.end(),
                          [&](const std::string& value) {
                            return spares({{choice.name, value}});
                          });
  }
}

std::vector<DeclaredCalls::Picks> DeclaredCalls::Bases() const {
  Picks least;
  Picks most;
  for (const DeclaredChoice& choice : choices_) {
    const std::size_t first = choice.values.empty() ? kLeftOut : 0;
    least.push_back(choice.optional ? kLeftOut : first);
    most.push_back(first);
  }
  if (least == most) return {least};
  return {least, most};
}

void DeclaredCalls::ForEachChange(const Picks& picks, std::string_view first,
                                  const std::function<bool(const Picks&)>& take) const {
  const auto change = [&](std::size_t i) {
    Picks changed = picks;
    for (std::size_t value = 0; value < choices_[i].values.size(); ++value) {
      if (value == picks[i]) continue;
      changed[i] = value;
      if (!take(changed)) return false;
    }
    changed[i] = kLeftOut;
    return !choices_[i].optional || picks[i] == kLeftOut || take(changed);
  };
  for (const bool is_first : {true, false}) {
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      if ((choices_[i].name == first) == is_first && !change(i)) return;
    }
  }
}

std::string DeclaredCalls::Json(const Picks& picks) const {
  Fragment members;
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    if (picks[i] != kLeftOut) members.emplace_back(choices_[i].name, choices_[i].values[picks[i]]);
  }
  return JsonObject(members);
}

}  // namespace callgate::policy
