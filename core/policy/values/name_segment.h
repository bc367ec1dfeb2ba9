// Names of files and directories as file servers compare them, which is not byte for byte.
#ifndef CALLGATE_CORE_POLICY_VALUES_NAME_SEGMENT_H_
#define CALLGATE_CORE_POLICY_VALUES_NAME_SEGMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/policy/values/normal_form.h"
#include "core/policy/values/short_name.h"

namespace callgate::policy {

// A segment of a path as servers may read it: up to its first colon, without default-ignorable
// characters, in NFC, case-folded, without dots and spaces at its end.
class NameSegment {
 public:
  // `segment` must outlive this.
  explicit NameSegment(std::string_view segment);
  NameSegment(const NameSegment&) = delete;
  NameSegment& operator=(const NameSegment&) = delete;

  // ASCII letters may be upper-case: compare ignoring their case.
  std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
  FoldBuffer buffer_;
};

// A NAME of an entry for paths, with at most one `*`, first or last, for any characters.
class SegmentName {
 public:
  // Nullopt for what no segment of a path may be, for a `*` alone, and for more of them.
  static std::optional<SegmentName> Parse(std::string_view text);

  // False for a name that is nothing once it is folded, or holds a colon: no entry that compares
  // folded names may hold it.
  bool can_be_folded() const noexcept { return !folded_.empty(); }
  // The segment, folded, is so named, or is what Windows calls such a file besides.
  // REQUIRES: can_be_folded().
  [[nodiscard]] bool Matches(const NameSegment& segment) const noexcept;
  // The same without what Windows calls it.
  [[nodiscard]] bool MatchesLong(const NameSegment& segment) const noexcept;
  // The segment is so named, byte for byte.
  [[nodiscard]] bool MatchesBytes(std::string_view segment) const noexcept;

  // Every segment that this matches, folded, `outer` matches; false where that is not certain.
  [[nodiscard]] bool IsWithin(const SegmentName& outer) const noexcept;
  // The same of segments compared byte for byte.
  [[nodiscard]] bool AreBytesWithin(const SegmentName& outer) const noexcept;
  // Every segment that this matches byte for byte, `outer` matches folded; false where that is not
  // certain.
  [[nodiscard]] bool IsFoldedWithin(const SegmentName& outer) const;

  const std::string& text() const noexcept { return text_; }  // as written
  // Without the `*`, folded, and where that stands.
  const std::string& folded() const noexcept { return folded_; }
  bool is_free_before() const noexcept { return star_ == Star::kFirst; }
  bool is_free_after() const noexcept { return star_ == Star::kLast; }
  // A segment that is so named, `fresh` in the place of a `*`.
  std::string Sample(std::string_view fresh) const;

 private:
  enum class Star : std::uint8_t { kNone, kFirst, kLast };

  std::string_view literal() const noexcept;  // as written, without the `*`

  std::string text_;
  Star star_ = Star::kNone;
  std::string folded_;               // what the literal folds to
  std::optional<ShortNames> short_;  // where the name begins with a dot
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_NAME_SEGMENT_H_
