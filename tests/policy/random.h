#ifndef CALLGATE_TESTS_POLICY_RANDOM_H_
#define CALLGATE_TESTS_POLICY_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace callgate::test {

// The same numbers for the same seed, on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t Next() noexcept {  // splitmix64
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t Below(std::size_t bound) noexcept { return Next() % bound; }
  bool Chance(unsigned percent) noexcept { return Below(100) < percent; }
  template <typename T>
  const T& Pick(const std::vector<T>& list) noexcept {
    return list[Below(list.size())];
  }
  // `count` different elements, in their order.
  template <typename T>
  std::vector<T> Some(const std::vector<T>& list, std::size_t count) {
    std::vector<T> some;
    for (std::size_t i = 0; i < list.size() && count != 0; ++i) {
      if (Below(list.size() - i) >= count) continue;
      some.push_back(list[i]);
      --count;
    }
    return some;
  }

 private:
  std::uint64_t state_;
};

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RANDOM_H_
