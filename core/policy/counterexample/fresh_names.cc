#include "core/policy/counterexample/fresh_names.h"

#include <algorithm>

namespace callgate::policy {
namespace {

constexpr std::string_view kPlain = "xabcdefghijklmnopqrstuvwyz0123456789";
constexpr std::size_t kIdeographs = 0x5000;  // from U+4E00 on

// The n-th ideograph in UTF-8.
std::string Ideograph(std::size_t n) {
  const std::size_t point = 0x4E00 + n;
  return {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3F)),
          static_cast<char>(0x80 | (point & 0x3F))};
}

bool Names(const PathEntry& entry, std::string_view text, const NameSegment& segment) {
  return std::find(entry.segments.begin(), entry.segments.end(), text) != entry.segments.end() ||
         std::any_of(entry.names.begin(), entry.names.end(), [&](const SegmentName& name) {
           return name.can_be_folded() ? name.Matches(segment) : name.MatchesBytes(text);
         });
}

}  // namespace

std::string FreshSegment(const std::vector<const PathEntry*>& entries, std::string_view wanted) {
  const auto is_fresh = [&](std::string_view text) {
    const NameSegment segment(text);
    return std::none_of(entries.begin(), entries.end(),
                        [&](const PathEntry* entry) { return Names(*entry, text, segment); });
  };
  if (is_fresh(wanted)) return std::string(wanted);
  // One character fits few names, which hold one at least.
  for (std::size_t i = 0; i < kPlain.size(); ++i) {
    if (is_fresh(kPlain.substr(i, 1))) return std::string(kPlain.substr(i, 1));
  }
  for (std::size_t i = 0; i < kIdeographs; ++i) {
    if (std::string segment = Ideograph(i); is_fresh(segment)) return segment;
  }
  return std::string(wanted);
}

std::string FreshLabel(const std::vector<const DomainEntry*>& entries, std::string_view wanted) {
  const auto is_fresh = [&](std::string_view label) {
    return std::none_of(entries.begin(), entries.end(), [&](const DomainEntry* entry) {
      const std::string_view host = entry->host;
      return host.substr(0, host.find('.')) == label;
    });
  };
  if (is_fresh(wanted)) return std::string(wanted);
  for (std::size_t i = 0; i < kPlain.size(); ++i) {
    if (is_fresh(kPlain.substr(i, 1))) return std::string(kPlain.substr(i, 1));
  }
  std::string label;
  for (std::size_t i = 0; label.empty() || !is_fresh(label); ++i) label = "x" + std::to_string(i);
  return label;
}

}  // namespace callgate::policy
