// An entry of a path allowlist, of a deny list, or a base directory.
#ifndef CALLGATE_CORE_POLICY_MODEL_PATH_ENTRY_H_
#define CALLGATE_CORE_POLICY_MODEL_PATH_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/values/name_segment.h"

namespace callgate::policy {

// Paths here are normal as Normalize (path.h) leaves them: "/" or "/a/b". Entries are in NFC. A
// path is judged as written and in NFC (ComposedForm), here and wherever entries are compared.
struct PathEntry {
  // What an entry of each sort may be, for those who read documents.
  static constexpr const char* kAllowedExpected =
      "expected an absolute path in NFC without empty, . or .. segments and without a trailing "
      "slash; * stands for a whole segment, and /dir/**/NAME for a name below a directory";
  static constexpr const char* kDeniedExpected =
      "expected an absolute path in NFC without empty, . or .. segments and without a trailing "
      "slash, * for a whole segment, or a name anywhere: **/NAME or /dir/**/NAME";
  static constexpr const char* kDirectoryExpected = "expected an absolute path in NFC without *";

  // Each is nullopt for what is not absolute and normal, or not in NFC, or has a star elsewhere.
  // Of a list that allows: /dir/**/NAME is what is so named below the directory, byte for byte.
  static std::optional<PathEntry> ParseAllowed(std::string_view text);
  // Of `except` or a deny list: **/NAME and /dir/**/NAME are what is so named and all below it.
  static std::optional<PathEntry> ParseDenied(std::string_view text);
  // A directory, which has neither stars nor names.
  static std::optional<PathEntry> ParseDirectory(std::string_view text);

  // The entry allows `path`. REQUIRES: it is no entry of ParseDenied with names.
  [[nodiscard]] bool Matches(std::string_view path) const noexcept;
  // The entry covers `path`: a trailing /* or /** also covers the directory itself.
  // REQUIRES: it is no entry of ParseAllowed with names.
  [[nodiscard]] bool MatchesDenied(std::string_view path) const;

  // Some path that the entry names as one of a deny list is `directory` or lies below it.
  [[nodiscard]] bool LiesBelow(std::string_view directory) const noexcept;

  // The entry covers more than what its stem begins.
  bool has_wildcard() const noexcept { return wildcard || !names.empty(); }

  // How far the segments of a path, read one by one, go into a denied entry: a set of lengths that
  // the entry has matched so far.
  using Progress = std::uint64_t;
  static constexpr Progress kBegun = 1;
  // As above with one segment more; `name` is made of `segment`. REQUIRES: has_wildcard().
  [[nodiscard]] Progress Advance(Progress progress, std::string_view segment,
                                 const NameSegment& name) const noexcept;
  // The same of a segment for which the two functions say what it may be.
  template <typename IsSegment, typename IsNamed>  // bool(std::string_view), bool(SegmentName)
  [[nodiscard]] Progress AdvanceAs(Progress progress, IsSegment is_segment,
                                   IsNamed is_named) const {
    const std::size_t stem_length = segments.size();
    const auto reached = [&](std::size_t length) { return (progress >> length & 1) != 0; };
    Progress next = progress & Progress{1} << (stem_length + names.size());
    for (std::size_t i = 0; i < stem_length && progress >> i != 0; ++i) {
      if (reached(i) && (segments[i] == "*" || is_segment(segments[i]))) next |= Progress{2} << i;
    }
    if (reached(stem_length)) next |= Progress{1} << stem_length;  // `**` stands for it
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::size_t length = stem_length + i;
      if (reached(length) && is_named(names[i])) next |= Progress{2} << length;
    }
    return next;
  }
  // What was read is covered, whatever follows.
  [[nodiscard]] bool IsCovered(Progress progress) const noexcept {
    return (progress >> (segments.size() + names.size()) & 1) != 0;
  }

  std::string text;                   // as written, but for a trailing /** written as /*
  std::string stem;                   // before `**` or a trailing /*; empty for the root
  std::vector<std::string> segments;  // of the stem; "*" stands for exactly one segment
  std::vector<SegmentName> names;     // after `**`, which stands for any number of segments
  bool below_only = false;            // ended in /* or /**: not the directory itself
  bool wildcard = false;              // some segment of the stem is "*"

 private:
  bool Covers(std::string_view path, bool itself) const noexcept;
};

// More segments than these an entry with `*` or names cannot have.
inline constexpr std::size_t kMaxStarredSegments = 63;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_PATH_ENTRY_H_
