// Lists of what is allowed, and the name among them that was probably meant.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_LISTED_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_LISTED_H_

#include <string>
#include <string_view>

#include "core/base/nearest.h"
#include "core/base/shown.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// What is wrong with a call, and what would be allowed: "no entry allows the path" and "; allowed
// is /w".
struct Cause {
  std::string what;  // empty: what the rule says
  std::string instead;
};

inline const std::string& TextOf(const std::string& text) noexcept { return text; }
template <typename Entry>
const std::string& TextOf(const Entry& entry) noexcept {
  return entry.text;
}
std::string TextOf(const Constant& constant);
std::string TextOf(const CommandRule& rule);
std::string TextOf(const CommandOption& option);

// "; allowed are A, B and 7 more".
template <typename All>
std::string Listed(std::string_view verb, const All& all) {
  constexpr std::size_t kMost = 8;
  if (all.empty()) return "; nothing is " + std::string(verb);
  std::string list = "; " + std::string(verb) + (all.size() == 1 ? " is " : " are ");
  std::size_t shown = 0;
  for (const auto& one : all) {
    if (shown == kMost) break;
    if (shown++ != 0) list += ", ";
    list += base::Shown(TextOf(one));
  }
  if (all.size() > kMost) list += " and " + std::to_string(all.size() - kMost) + " more";
  return list;
}

// "; did you mean A?" where `name` is nearly one of them; else the list.
template <typename All>
std::string Meant(std::string_view name, std::string_view verb, const All& all) {
  base::Nearest nearest(name);
  for (const auto& one : all) nearest.Offer(TextOf(one));
  return nearest.name().empty() ? Listed(verb, all) : nearest.Question();
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_LISTED_H_
