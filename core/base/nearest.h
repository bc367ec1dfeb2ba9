// The known name that a misspelt one was probably meant to be.
#ifndef CALLGATE_CORE_BASE_NEAREST_H_
#define CALLGATE_CORE_BASE_NEAREST_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace callgate::base {

// How many letters must be put in, left out, replaced, or swapped with their neighbour to make one
// of the other, without regard to the case of ASCII; `most + 1` where that is more than `most`, or
// where a name is longer than 128 bytes.
std::size_t Misspelling(std::string_view a, std::string_view b, std::size_t most);

// Of the names that it is given, the one that is nearest to a misspelt one; the first of several.
class Nearest {
 public:
  explicit Nearest(std::string_view misspelt);

  // `shown` is what to write, where it is not `name` itself.
  void Offer(std::string_view name, std::string_view shown);
  void Offer(std::string_view name) { Offer(name, name); }
  // Empty where no name is near: at most one letter in three may differ.
  const std::string& name() const noexcept { return nearest_; }
  // "; did you mean NAME?", or nothing.
  std::string Question() const;

 private:
  std::string_view misspelt_;
  std::size_t most_;  // that may still differ
  std::string nearest_;
};

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_NEAREST_H_
