#include "core/base/nearest.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"

namespace callgate::base {
namespace {

constexpr std::size_t kLongest = 128;

}  // namespace

std::size_t Misspelling(std::string_view a, std::string_view b, std::size_t most) {
  if (a.size() > kLongest || b.size() > kLongest) return most + 1;
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) return most + 1;
  // The last three rows of the table of distances between beginnings.
  std::array<std::array<std::size_t, kLongest + 1>, 3> rows;
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = ToAsciiLower(a[i - 1]);
      const char y = ToAsciiLower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (x == y ? 0 : 1)});
      if (i > 1 && j > 1 && x == ToAsciiLower(b[j - 2]) && ToAsciiLower(a[i - 2]) == y) {
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    if (least > most) return most + 1;
  }
  return std::min(rows[a.size() % 3][b.size()], most + 1);
}

Nearest::Nearest(std::string_view misspelt)
    : misspelt_(misspelt), most_(std::max<std::size_t>(misspelt.size() / 3, 1)) {}

void Nearest::Offer(std::string_view name, std::string_view shown) {
  const std::size_t distance = Misspelling(misspelt_, name, most_);
  // A name of which every letter would change is another name.
  if (distance > most_ || distance >= name.size()) return;
  if (!nearest_.empty() && distance == most_) return;
  nearest_ = shown;
  most_ = distance;
}

std::string Nearest::Question() const {
  return nearest_.empty() ? std::string() : "; did you mean " + nearest_ + "?";
}

}  // namespace callgate::base
