// What people write for a path that no entry is: each has words of its own.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/shown.h"
#include "core/policy/document/entry_faults.h"
#include "core/policy/model/path_entry.h"
#include "core/policy/values/normal_form.h"
#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

enum class Sort : std::uint8_t { kAllowed, kDenied, kDirectory };

std::vector<std::string_view> SegmentsOf(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

std::string Joined(const std::vector<std::string_view>& segments, std::size_t count) {
  std::string path;
  for (std::size_t i = 0; i < count; ++i) path.append("/").append(segments[i]);
  return base::Shown(path);
}

EntryFault Relative(std::string_view text, Sort sort) {
  constexpr std::string_view kRule = "path.entry-normal";
  if (text.size() > 1 && base::IsAsciiLetter(text[0]) && text[1] == ':') {
    return {
        kRule,
        "expected a POSIX path, which begins with /: a drive of Windows is none, write the path "
        "as the tool's server spells it"};
  }
  if (text.starts_with('~')) {
    return {kRule, "expected an absolute path: ~ is not expanded, write /home/NAME" +
                       base::Shown(text.substr(std::min(text.find('/'), text.size())))};
  }
  if (text.starts_with('$')) {
    return {kRule, "expected an absolute path: variables are not expanded, write what " +
                       base::Shown(text.substr(0, text.find('/'))) + " stands for"};
  }
  if (base::StartsWithIgnoringCase(text, "file:")) {
    return {kRule, "expected a path, not a URL: write what follows file://"};
  }
  if (text == ".." || text.starts_with("../")) {
    return {kRule, "expected an absolute path: .. leads from a directory that no policy knows"};
  }
  while (text.starts_with("./")) text.remove_prefix(2);
  if (text == ".") text = {};
  std::string message = "expected an absolute path, which begins with /: write /workspace";
  if (!text.empty()) message += "/" + base::Shown(text);
  const bool is_name = text.find_first_of("/*") == std::string_view::npos && !text.empty();
  if (is_name && sort == Sort::kDenied) {
    message += ", or **/" + base::Shown(text) + " for every file of that name";
  }
  return {kRule, std::move(message)};
}

// What is wrong with a NAME behind `**`.
std::optional<EntryFault> FaultOfNames(const std::vector<std::string_view>& segments,
                                       std::size_t stars, Sort sort) {
  constexpr std::string_view kRule = "name.bad";
  const bool is_last = stars + 1 == segments.size();
  if (is_last) return EntryFault{kRule, "expected a NAME behind **, as **/.git"};
  for (std::size_t i = stars + 1; i < segments.size(); ++i) {
    const std::string_view name = segments[i];
    const std::string shown = base::Shown(name);
    const bool ends = i + 1 == segments.size();
    if (ends && (name == "*" || name == "**") && i > stars + 1) {
      if (sort == Sort::kDenied) continue;  // what is so named is covered with all below it
      return EntryFault{"path.entry-bad-star",
                        "expected nothing behind the NAME: what is below it is not allowed, list " +
                            Joined(segments, stars) + " or the directories by name"};
    }
    if (name == "**") return EntryFault{kRule, "expected ** once in an entry"};
    if (name == "*") return EntryFault{kRule, "expected a NAME behind **, not * alone"};
    if (name.empty()) return EntryFault{"path.entry-normal", "expected no empty segment"};
    if (name == "." || name == "..") {
      return EntryFault{"path.entry-normal", "expected a NAME, neither . nor .. behind **"};
    }
    const auto starred = std::ranges::count(name, '*');
    if (starred > 1) return EntryFault{kRule, "expected at most one * in the NAME " + shown};
    if (starred == 1 && name.front() != '*' && name.back() != '*') {
      return EntryFault{kRule, "expected * first or last in the NAME " + shown};
    }
    const auto parsed = SegmentName::Parse(name);
    if (!parsed) continue;  // for what no path may hold
    if (sort == Sort::kDenied && name.find(':') != std::string_view::npos) {
      return EntryFault{kRule, "expected no : in the NAME " + shown +
                                   ": names are compared up to their first colon"};
    }
    if (sort == Sort::kDenied && !parsed->can_be_folded()) {
      return EntryFault{kRule, "expected a NAME of which folding leaves something"};
    }
  }
  return std::nullopt;
}

std::optional<EntryFault> FaultOfSegments(std::string_view text, Sort sort) {
  std::vector<std::string_view> segments = SegmentsOf(text);
  constexpr std::string_view kNormal = "path.entry-normal";
  if (segments.size() > 1 && segments.back().empty()) {
    const std::size_t last = text.find_last_not_of('/');
    const std::string_view rest = last == std::string_view::npos ? "/" : text.substr(0, last + 1);
    return EntryFault{kNormal, "expected no slash at the end: write " + base::Shown(rest)};
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string_view segment = segments[i];
    const bool ends = i + 1 == segments.size();
    if (segment.empty()) {
      return EntryFault{kNormal, "expected one slash between two names, not //"};
    }
    if (segment == ".") return EntryFault{kNormal, "expected a path without . segments"};
    if (segment == "..") {
      return EntryFault{kNormal, "expected a path without .. segments: write where it leads"};
    }
    if (segment.find_first_not_of(". ") == std::string_view::npos) {
      return EntryFault{"path.entry-legal", "expected a name, not dots and spaces alone"};
    }
    if (segment.find('*') == std::string_view::npos) continue;
    if (sort == Sort::kDirectory) return EntryFault{"doc.base-directory", kDirectory.expected};
    if (segment == "**" && !ends) return FaultOfNames(segments, i, sort);
    if (segment == "*" || segment == "**") continue;
    constexpr std::string_view kStar = "path.entry-bad-star";
    if (segment.find("**") != std::string_view::npos) {
      return EntryFault{kStar, "expected ** as a whole segment, as in " + Joined(segments, i) +
                                   "/**/" + (sort == Sort::kDenied ? ".git" : "*.md")};
    }
    if (ends && SegmentName::Parse(segment)) {
      return EntryFault{kStar, "expected * as a whole segment: write " + Joined(segments, i) +
                                   "/**/" + base::Shown(segment) + " for names that look so"};
    }
    return EntryFault{kStar, "expected * as a whole segment, not within " + base::Shown(segment)};
  }
  return std::nullopt;
}

// What no path argument may hold, either.
EntryFault Illegal(std::string_view text, std::string_view rule) {
  constexpr std::string_view kRule = "path.entry-legal";
  constexpr std::pair<std::string_view, const char*> kMessages[] = {
      {"path.control", "expected a path without control characters"},
      {"path.special", "expected a path without ? and backslashes"},
      {"path.scheme", "expected a path, not a URL"},
      {"path.braces", "expected a path without braces: write an entry for each"},
      {"path.glob",
       "expected a path without brackets that match characters: write an entry for each"},
      {"path.percent", "expected a path without %: write the character that it stands for"},
      {"path.dots", "expected a name, not dots and spaces alone"},
      {"path.lookalike", "expected a path without characters that only look like . or a slash"},
  };
  for (const auto& [known, message] : kMessages) {
    if (known == rule) return {kRule, message};
  }
  if (text.find('*') != std::string_view::npos &&
      static_cast<std::size_t>(std::ranges::count(text, '/')) > kMaxStarredSegments) {
    return {"name.bad", "expected at most 63 segments in an entry with *"};
  }
  return {kRule, "expected a path as an argument may be"};
}

EntryFault WhyNoPath(std::string_view text, Sort sort) {
  const bool is_drive = text.size() > 1 && base::IsAsciiLetter(text[0]) && text[1] == ':';
  if (!is_drive && text.find('\\') != std::string_view::npos) {
    std::string path(text);
    std::ranges::replace(path, '\\', '/');
    return {IsAbsolutePath(text) ? "path.entry-legal" : "path.entry-normal",
            "expected / between directories, not a backslash: write " + base::Shown(path)};
  }
  const bool is_anywhere = sort == Sort::kDenied && text.starts_with("**/");
  if (!IsAbsolutePath(text) && !is_anywhere) return Relative(text, sort);
  const std::string absolute = is_anywhere ? "/" + std::string(text) : std::string(text);
  if (auto fault = FaultOfSegments(absolute, sort)) return *fault;
  PathBuffer composed;
  if (const auto nfc = ComposedForm(text, composed)) {
    return {"path.entry-nfc", "expected the path in NFC"};
  }
  std::string literal = absolute;
  std::erase(literal, '*');
  EntryFault fault = Illegal(absolute, JudgePath(literal).rule);
  const bool below_only = absolute.ends_with("/*") || absolute.ends_with("/**");
  if (sort == Sort::kDirectory && below_only) return {"doc.base-directory", kDirectory.expected};
  return fault;
}

}  // namespace

const EntryForm kAllowedPath = {PathEntry::kAllowedExpected, [](std::string_view text) {
                                  return WhyNoPath(text, Sort::kAllowed);
                                }};
const EntryForm kDeniedPath = {PathEntry::kDeniedExpected, [](std::string_view text) {
                                 return WhyNoPath(text, Sort::kDenied);
                               }};
const EntryForm kDirectory = {PathEntry::kDirectoryExpected, [](std::string_view text) {
                                return WhyNoPath(text, Sort::kDirectory);
                              }};

}  // namespace callgate::policy
