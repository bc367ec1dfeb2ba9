// Random contexts, contexts related to them, and calls. All is drawn from few atoms, so that
// contexts overlap and calls hit their edges.
#ifndef CALLGATE_TESTS_POLICY_RANDOM_POLICY_H_
#define CALLGATE_TESTS_POLICY_RANDOM_POLICY_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace callgate::test {

// The same numbers for the same seed, on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t Next() noexcept;
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

using Strings = std::vector<std::string>;

struct RandomCapability {
  std::string tool_pattern;
  std::optional<Strings> path_allowlist;
  std::optional<std::string> base_directory;
  std::optional<Strings> domain_allowlist;
  std::optional<Strings> command_allowlist;
  std::vector<std::pair<std::string, Strings>> subcommands;
  bool exec_argv = false;
  Strings path_arguments;
  Strings domain_arguments;
  Strings command_arguments;
  Strings free_arguments;
  std::optional<Strings> only_arguments;
  std::vector<std::pair<std::string, std::string>> argument_patterns;
  std::optional<std::pair<int, int>> rate_limit;
  bool allow_absent = false;
};

struct RandomDeny {
  std::string tool_pattern;
  std::string kind;  // "path", "domain", "command", or empty
  std::string entry;
};

struct RandomContext {
  std::vector<RandomCapability> capabilities;
  std::vector<RandomDeny> deny_list;

  std::string Json(const std::string& name) const;
};

struct ContextOptions {
  bool argument_patterns = true;
};

RandomContext DrawContext(Random& random, const ContextOptions& options = {});
// A related context: mostly narrower, sometimes wider or beside it.
RandomContext Mutate(Random& random, const RandomContext& context,
                     const ContextOptions& options = {});

struct RandomCall {
  std::string tool;
  std::string arguments;  // JSON object
};

// Mostly fitted to a capability of `fit`, with what a deny entry of `around` names mixed in.
RandomCall DrawCall(Random& random, const RandomContext& fit, const RandomContext& around);

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RANDOM_POLICY_H_
