#include <array>
#include <utility>

#include "callgate/key_classes.h"
#include "core/policy/values/argument_key.h"

namespace callgate {

std::vector<std::string_view> ClassesOfKey(std::string_view key) {
  using Named = std::pair<policy::KeyClasses, std::string_view>;
  constexpr std::array<Named, 7> kNames = {{{policy::kPathKey, "path"},
                                            {policy::kDomainKey, "domain"},
                                            {policy::kCommandKey, "command"},
                                            {policy::kArgsKey, "args"},
                                            {policy::kEnvKey, "env"},
                                            {policy::kShellKey, "shell"},
                                            {policy::kSourceKey, "source"}}};
  const policy::KeyClasses classes = policy::ClassifyKey(key, policy::FoldKey(key));
  std::vector<std::string_view> names;
  for (const auto& [one, name] : kNames) {
    if ((classes & one) != 0) names.push_back(name);
  }
  return names;
}

}  // namespace callgate
