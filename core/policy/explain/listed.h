// Lists of what would be allowed.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_LISTED_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_LISTED_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/nearest.h"
#include "core/base/shown.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// "; allowed are A, B and 7 more", or that nothing is.
template <typename All, typename TextOf>
std::string Listed(std::string_view verb, const All& all, TextOf text_of) {
  constexpr std::size_t kMost = 8;
  if (all.empty()) return "; nothing is " + std::string(verb);
  std::string list = "; " + std::string(verb) + (all.size() == 1 ? " is " : " are ");
  std::size_t shown = 0;
  for (const auto& one : all) {
    if (shown == kMost) break;
    if (shown++ != 0) list += ", ";
    list += base::Shown(text_of(one));
  }
  if (all.size() > kMost) list += " and " + std::to_string(all.size() - kMost) + " more";
  return list;
}

// The one among them that was probably meant; else all.
template <typename All, typename NameOf>
std::string Meant(std::string_view name, std::string_view verb, const All& all, NameOf name_of) {
  base::Nearest nearest(name);
  for (const auto& one : all) nearest.Offer(name_of(one));
  return nearest.name().empty() ? Listed(verb, all, name_of) : nearest.Question();
}

// `git log|status`, and `-n VALUE`, as documents write them.
std::string TextOf(const CommandRule& rule);
std::string TextOf(const CommandOption& option);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_LISTED_H_
