// An entry of a path allowlist, of a deny list, or a base directory.
#ifndef CALLGATE_CORE_POLICY_MODEL_PATH_ENTRY_H_
#define CALLGATE_CORE_POLICY_MODEL_PATH_ENTRY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callgate::policy {

// Paths here are normal as NormalizePath (path.h) leaves them: "/" or "/a/b".
struct PathEntry {
  // Nullopt for what is not absolute and normal, or has `*` next to other characters, or `**`
  // anywhere but at the end.
  static std::optional<PathEntry> Parse(std::string_view text);

  // The entry allows `path`.
  [[nodiscard]] bool Matches(std::string_view path) const noexcept;
  // As an entry of a deny list: a trailing /* or /** also covers the directory itself.
  [[nodiscard]] bool MatchesDenied(std::string_view path) const noexcept;

  // Some path that the entry names as one of a deny list is `directory` or lies below it.
  [[nodiscard]] bool LiesBelow(std::string_view directory) const noexcept;

  bool has_wildcard() const noexcept { return wildcard; }

  std::string text;                   // as written, but for a trailing /** written as /*
  std::string stem;                   // without the trailing /*; empty for the root
  std::vector<std::string> segments;  // of the stem; "*" stands for exactly one segment
  bool below_only = false;            // ended in /* or /**: not the directory itself
  bool wildcard = false;              // some segment of the stem is "*"

 private:
  bool Covers(std::string_view path, bool itself) const noexcept;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_PATH_ENTRY_H_
