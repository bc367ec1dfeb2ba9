// What a capability may say of the calls that it allows, and sets of it.
#ifndef CALLGATE_CORE_POLICY_MODEL_CONSTRAINT_H_
#define CALLGATE_CORE_POLICY_MODEL_CONSTRAINT_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace callgate::policy {

// All that stands in a capability but its tool pattern, in the order in which a call is checked and
// in which the gaps between two capabilities are named. "Adding a constraint" in
// docs/contributing.md says what else a new one needs.
enum class Constraint : std::uint8_t {
  kArguments,
  kOtherArguments,
  kOnlyArguments,
  kPathAllowlist,
  kBaseDirectory,
  kDomainAllowlist,
  kCommandAllowlist,
  kSubcommandAllowlist,
  kExec,
  kPathArguments,
  kDomainArguments,
  kCommandArguments,
  kFreeArguments,
  kWhenAbsent,
  kArgumentPatterns,
  kRateLimit,
  kMaxResponseSize,
};

// Its key in documents.
constexpr std::string_view NameOf(Constraint constraint) noexcept {
  switch (constraint) {
    case Constraint::kArguments:
      return "arguments";
    case Constraint::kOtherArguments:
      return "other_arguments";
    case Constraint::kOnlyArguments:
      return "only_arguments";
    case Constraint::kPathAllowlist:
      return "path_allowlist";
    case Constraint::kBaseDirectory:
      return "base_directory";
    case Constraint::kDomainAllowlist:
      return "domain_allowlist";
    case Constraint::kCommandAllowlist:
      return "command_allowlist";
    case Constraint::kSubcommandAllowlist:
      return "subcommand_allowlist";
    case Constraint::kExec:
      return "exec";
    case Constraint::kPathArguments:
      return "path_arguments";
    case Constraint::kDomainArguments:
      return "domain_arguments";
    case Constraint::kCommandArguments:
      return "command_arguments";
    case Constraint::kFreeArguments:
      return "free_arguments";
    case Constraint::kWhenAbsent:
      return "when_absent";
    case Constraint::kArgumentPatterns:
      return "argument_patterns";
    case Constraint::kRateLimit:
      return "rate_limit";
    case Constraint::kMaxResponseSize:
      return "max_response_size";
  }
  return {};  // no constraint
}

// Their number: the numbers that have a name.
inline constexpr std::size_t kConstraints = [] {
  std::size_t count = 0;
  while (!NameOf(static_cast<Constraint>(count)).empty()) ++count;
  return count;
}();

inline constexpr std::array<Constraint, kConstraints> kAllConstraints = [] {
  std::array<Constraint, kConstraints> all{};
  for (std::size_t i = 0; i < kConstraints; ++i) all[i] = static_cast<Constraint>(i);
  return all;
}();

// Asks `test.template operator()<constraint>()` for each in order, until one says true. The
// compiler lays the questions out, so that a constraint that is nothing to the asker costs nothing.
template <typename Test>
constexpr bool AnyConstraint(Test&& test) {
  return [&]<std::size_t... kPlaces>(std::index_sequence<kPlaces...>) {
    return (test.template operator()<kAllConstraints[kPlaces]>() || ...);
  }(std::make_index_sequence<kConstraints>());
}

class ConstraintSet {
 public:
  constexpr ConstraintSet() noexcept = default;
  constexpr ConstraintSet(std::initializer_list<Constraint> constraints) noexcept {
    for (const Constraint constraint : constraints) Add(constraint);
  }

  constexpr void Add(Constraint constraint) noexcept { bits_ |= BitOf(constraint); }
  constexpr void Add(ConstraintSet other) noexcept { bits_ |= other.bits_; }

  constexpr bool Holds(Constraint constraint) const noexcept {
    return (bits_ & BitOf(constraint)) != 0;
  }
  // Some constraint is in both.
  constexpr bool Meets(ConstraintSet other) const noexcept { return (bits_ & other.bits_) != 0; }
  constexpr ConstraintSet Without(ConstraintSet other) const noexcept {
    ConstraintSet rest;
    rest.bits_ = bits_ & ~other.bits_;
    return rest;
  }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  constexpr std::size_t size() const noexcept {
    return static_cast<std::size_t>(std::popcount(bits_));
  }
  // REQUIRES: !empty().
  constexpr Constraint first() const noexcept {
    return static_cast<Constraint>(std::countr_zero(bits_));
  }
  constexpr bool operator==(const ConstraintSet&) const noexcept = default;

 private:
  static constexpr std::uint32_t BitOf(Constraint constraint) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(constraint);
  }
  static_assert(kConstraints <= 32);

  std::uint32_t bits_ = 0;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_CONSTRAINT_H_
