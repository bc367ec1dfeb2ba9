// Keys of arguments: how they are compared, and what their names say of their values.
#ifndef CALLGATE_CORE_POLICY_VALUES_ARGUMENT_KEY_H_
#define CALLGATE_CORE_POLICY_VALUES_ARGUMENT_KEY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callgate::policy {

// A set of what a key may say.
using KeyClasses = std::uint16_t;
inline constexpr KeyClasses kPathKey = 1 << 0;
inline constexpr KeyClasses kDomainKey = 1 << 1;
inline constexpr KeyClasses kCommandKey = 1 << 2;
inline constexpr KeyClasses kArgsKey = 1 << 3;   // args, argv...: words that follow a command
inline constexpr KeyClasses kEnvKey = 1 << 4;    // env...: never with a command
inline constexpr KeyClasses kShellKey = 1 << 5;  // shell: never with a command
inline constexpr KeyClasses kPortKey = 1 << 6;   // port: next to a domain
inline constexpr KeyClasses kTextKey = 1 << 7;   // content, query...: the value rules do not apply
inline constexpr KeyClasses kAddressKey = 1 << 8;  // host, ip...: a number is an address
// source: a path key where another path key stands beside it.
inline constexpr KeyClasses kSourceKey = 1 << 9;
inline constexpr KeyClasses kGlobKey = 1 << 10;  // glob, include...: deny lists read globs there

// The classes of a key by its name alone. `key` is as written, since capitals separate words;
// `folded` is FoldKey(key), and `key` itself where folding leaves it as it is.
[[nodiscard]] KeyClasses ClassifyKey(std::string_view key, std::string_view folded) noexcept;

// Keys are compared folded: ASCII lower case, U+017F as `s`, U+212A as `k`.
std::string FoldKey(std::string_view key);
// True when folding leaves `key` as it is.
[[nodiscard]] bool IsFolded(std::string_view key) noexcept;
// Writes the folded form of `key` to `out`, which holds key.size() bytes, and returns its size.
std::size_t FoldKeyTo(std::string_view key, char* out) noexcept;

// Folded keys, sorted and unique.
using KeyList = std::vector<std::string>;
[[nodiscard]] bool HoldsKey(const KeyList& list, std::string_view folded) noexcept;
[[nodiscard]] inline bool Holds(const KeyList& list, std::string_view folded) noexcept {
  return !list.empty() && HoldsKey(list, folded);  // most lists are empty
}
// True for a key that free_arguments frees. Keys that change how a program starts never are.
[[nodiscard]] inline bool Frees(const KeyList& freed, std::string_view folded,
                                KeyClasses classes) noexcept {
  constexpr KeyClasses kNeverFreed = kArgsKey | kEnvKey | kShellKey | kPortKey;
  return (classes & kNeverFreed) == 0 && Holds(freed, folded);
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_ARGUMENT_KEY_H_
