#include "core/policy/lint/lint_texts.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/ascii.h"
#include "core/policy/lint/lint_entries.h"
#include "core/policy/lint/schema_walk.h"
#include "core/policy/lint/tool_words.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {
namespace {

// Names, their letters alone, of what servers write as one segment of a URL or of a path.
constexpr auto kSegments = std::to_array<std::string_view>(
    {"org", "organization", "owner", "package", "packagename", "project", "projectname", "repo",
     "reponame", "repository", "repositoryname"});
// Names of many other things, too: a pattern that lets `..` pass is what tells.
constexpr auto kNames = std::to_array<std::string_view>({"branch", "filename", "name"});

bool IsOne(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Of the texts that the schema accepts by themselves or in a list. Those that accept any text are
// another rule's.
template <typename Visit>  // void(const ArgumentPattern&)
void ForEachPattern(const Schema& schema, const Visit& visit) {
  if (schema.items != nullptr) ForEachPattern(*schema.items, visit);
  for (const SchemaPtr& branch : schema.any_of) ForEachPattern(*branch, visit);
  if (!schema.pattern || !std::holds_alternative<std::monostate>(schema.kind)) return;
  if (!AcceptsAnyText(*schema.pattern)) visit(*schema.pattern);
}

// The text that every match begins with, as far as the pattern writes it plainly.
std::string PrefixOf(std::string_view pattern) {
  std::string prefix;
  if (pattern.starts_with("(?i)")) pattern.remove_prefix(4);
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  while (!pattern.empty()) {
    std::size_t size = 1;
    char c = pattern[0];
    if (c == '\\' && pattern.size() > 1 && !base::IsAsciiLetter(pattern[1]) &&
        !base::IsAsciiDigit(pattern[1])) {
      c = pattern[1];
      size = 2;
    } else if (c == '[' && pattern.size() > 2 && pattern[2] == ']') {
      c = pattern[1];
      size = 3;
    } else if (c != '.' && std::string_view("\\[](){}*+?|^$").find(c) != std::string_view::npos) {
      break;
    }
    const char next = pattern.size() > size ? pattern[size] : '\0';
    // A dot that stands for any character is taken as one, but not where it is repeated.
    if (std::string_view("*+?{").find(next) != std::string_view::npos && next != '\0') break;
    prefix += c;
    pattern.remove_prefix(size);
  }
  return prefix;
}

// With an ending that URLs often have, the pattern accepts the text.
bool Begins(const ArgumentPattern& pattern, const std::string& text) {
  return std::ranges::any_of(
      std::to_array<std::string_view>({"", "/", "/a", "/a/b", "/a.json", "/1", "a", "1"}),
      [&](std::string_view rest) { return pattern.Matches(text + std::string(rest)); });
}

void LintHost(const std::string& name, const ArgumentPattern& pattern, const Warn& warn) {
  const std::string prefix = PrefixOf(pattern.text());
  const std::size_t scheme = prefix.find("://");
  if (scheme == std::string::npos || scheme == 0) return;
  const std::size_t begin = scheme + 3;
  const std::size_t end = std::min(prefix.find('/', begin), prefix.size());
  const std::string host = prefix.substr(begin, end - begin);
  const std::string rest = prefix.substr(end);
  const auto lint = [&](const std::string& other, std::string_view what) {
    if (other == host || !Begins(pattern, prefix.substr(0, begin) + other + rest)) return false;
    warn("lint.open-url", "the pattern " + pattern.text() + " of " + name + " accepts " +
                              prefix.substr(0, begin) + other + "/: " + std::string(what) +
                              "; declare it as {url: {allow: [" + host + "]}}");
    return true;
  };
  if (host.empty() || host.find('.') == std::string::npos) return;
  if (end == prefix.size() && lint(host + ".evil.example", "the host goes on")) return;
  std::string dotless = host;
  dotless[dotless.find('.')] = 'x';
  if (lint(dotless, "a dot stands for any character")) return;
  dotless = host;
  dotless[dotless.rfind('.')] = 'x';
  (void)lint(dotless, "a dot stands for any character");
}

void LintSegment(const std::string& name, const Schema& schema, const Warn& warn) {
  const std::string letters = LettersOf(name);
  const bool is_segment = IsOne(kSegments, letters);
  const bool is_path = (ClassifyKey(name, FoldKey(name)) & kPathKey) != 0;
  if (!is_segment && !is_path && !IsOne(kNames, letters)) return;
  if (is_segment && TakesAnyText(schema)) {
    warn("lint.dot-segment", "the argument " + name +
                                 " takes any text, ../.. too, and stands in a path or URL; give "
                                 "it a pattern, or list its values with enum");
    return;
  }
  ForEachPattern(schema, [&](const ArgumentPattern& pattern) {
    // The name of a person or a thing, which no server takes for a file.
    if (!is_path && !is_segment && pattern.Matches("a b")) return;
    const std::string prefix = is_path ? PrefixOf(pattern.text()) : "";
    for (const std::string& text : {std::string(".."), prefix + "../a", prefix + "/../a"}) {
      if (!pattern.Matches(text)) continue;
      warn("lint.dot-segment", "the pattern " + pattern.text() + " of " + name + " accepts " +
                                   text + ", which leads out of the directory; " +
                                   (is_path ? "declare it as {path: {allow: [/dir]}}"
                                            : "let it hold no segment of dots alone"));
      return;
    }
  });
}

void LintSql(const std::string& name, const ArgumentPattern& pattern, const Warn& warn) {
  constexpr auto kStatements =
      std::to_array<std::string_view>({"query", "sql", "sqlquery", "sqlstatement", "statement"});
  if (!IsOne(kStatements, LettersOf(name))) return;
  // A query of something else than a database is any text.
  if (!LettersOf(name).starts_with("sql") && pattern.Matches("hello there")) return;
  for (const std::string_view begin :
       {"select 1", "SELECT 1", "select a from b", "SELECT a FROM b", "select * from a"}) {
    const std::string text = std::string(begin) + " union select lo_export(1, '/a')";
    if (!pattern.Matches(begin) || !pattern.Matches(text)) continue;
    warn("lint.open-sql",
         "the pattern " + pattern.text() + " of " + name +
             " accepts any functions and clauses behind the beginning, which may write, read files "
             "or lock; list the statements with enum, or acknowledge it where the server connects "
             "as a role that may do nothing else");
    return;
  }
}

}  // namespace

void LintTexts(const DeclaredArguments& arguments, const Warn& warn) {
  ForEachMember(arguments, [&](const DeclaredMember& member) {
    LintSegment(member.name, *member.schema, warn);
    ForEachPattern(*member.schema, [&](const ArgumentPattern& pattern) {
      LintHost(member.name, pattern, warn);
      LintSql(member.name, pattern, warn);
    });
  });
}

}  // namespace callgate::policy
