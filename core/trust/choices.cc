#include "core/trust/choices.h"

#include <algorithm>
#include <utility>

namespace callgate::trust {
namespace {

using Places = std::vector<std::size_t>;

constexpr std::size_t kMostChoices = 8;

bool SameSubject(const Certificate& a, const Certificate& b) {
  return X509_NAME_cmp(X509_get_subject_name(a.x509()), X509_get_subject_name(b.x509())) == 0;
}

std::vector<Places> BySubject(const std::vector<Certificate>& certificates) {
  std::vector<Places> groups;
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const Places& places) {
      return SameSubject(certificates[places.front()], certificates[i]);
    });
    if (group == groups.end()) {
      groups.push_back({i});
    } else {
      group->push_back(i);
    }
  }
  return groups;
}

}  // namespace

std::vector<Places> ChoicesAmongTwins(const PresentedChain& chain) {
  const std::vector<Places> groups = BySubject(chain.certificates);
  if (groups.size() + 1 == chain.certificates.size()) return {};
  std::vector<Places> choices{{}};
  for (const Places& group : groups) {
    std::vector<Places> longer;
    for (const std::size_t place : group) {
      for (const Places& choice : choices) {
        if (longer.size() == kMostChoices) break;
        longer.push_back(choice);
        longer.back().push_back(place);
      }
    }
    choices = std::move(longer);
  }
  return choices;
}

}  // namespace callgate::trust
