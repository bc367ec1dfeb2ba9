#include "core/policy/evaluate/denied_paths.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/policy/model/path_glob.h"
#include "core/policy/values/normal_form.h"
#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kEntries[] = {"/",     "/a",        "/a/b/c",  "/a/*/c",     "/d/*",
                                         "/d/d",  "**/x",      "**/x/y",  "/a/**/x",    "/*/x",
                                         "**/k*", "/a/b/**/y", "/\u00E9", "/a/b/\u00E9"};
constexpr std::string_view kPaths[] = {"a",       "a/b",    "b/c",        "x",       "x/y/z",
                                       ".",       "./d//d", "y",          "q/X.",    "\u212A",
                                       "e\u0301", "[a]/b",  "b/\u00E9/q", "d/q/x/y", "d"};
constexpr std::string_view kDirectories[] = {"/", "/a", "/a/b", "/d/x", "/q"};

// The context of entries, and of capabilities on `t` with directories; an empty one is none.
std::shared_ptr<const Context> Make(const std::vector<std::string_view>& entries,
                                    const std::vector<std::string_view>& directories) {
  Context context;
  for (const std::string_view directory : directories) {
    Capability& capability = context.capabilities.emplace_back();
    capability.tool_pattern = test::Patterns("t");
    if (!directory.empty()) capability.base_directory = PathEntry::ParseDirectory(directory);
  }
  for (const std::string_view entry : entries) {
    DenyEntry& denied = context.deny_list.emplace_back();
    denied.tool_pattern = test::Pattern(context.deny_list.size() % 2 == 0 ? "t" : "*");
    denied.argument = *PathEntry::ParseDenied(entry);
  }
  return Compile(std::move(context));
}

// As the rules say it: each directory with each entry.
const DenyEntry* FindOneByOne(const Context& context, std::string_view path,
                              const std::vector<std::string_view>& directories) {
  for (const DenyEntry& entry : context.deny_list) {
    for (const std::string_view directory : directories) {
      PathBuffer buffer;
      const auto rule =
          JudgeForms(Normalize(path, {{}, false}, {directory}, buffer), [&](NormalPath form) {
            return std::string_view(CouldBeDenied(As<PathEntry>(&entry), form) ? "deny.path" : "");
          });
      if (!rule.empty()) return &entry;
    }
  }
  return nullptr;
}

void ExpectTheFirst(const std::vector<std::string_view>& entries,
                    const std::vector<std::string_view>& directories) {
  const auto context = Make(entries, directories);
  EntriesOfKind all;
  for (const DenyEntry& entry : context->deny_list) all.Append(&entry);
  Positions capabilities;
  for (std::uint32_t i = 0; i < context->capabilities.size(); ++i) capabilities.Append(i);
  DeniedPaths denied(*context, all, capabilities);
  EXPECT_FALSE(denied.lacks_directory());
  for (const std::string_view path : kPaths) {
    EXPECT_EQ(denied.FindRelative(path), FindOneByOne(*context, path, directories)) << path;
    const std::string absolute = "/" + std::string(path);
    PathBuffer buffer;
    const NormalPath normal = Normalize(absolute, JudgePath(absolute), {}, buffer);
    EXPECT_EQ(denied.Find(normal), FindOneByOne(*context, absolute, {"/"})) << absolute;
  }
}

TEST(DeniedPaths, FindTheFirstEntryThatCovers) {
  for (std::size_t i = 0; i < std::size(kEntries); ++i) {
    for (std::size_t j = 0; j < std::size(kEntries); ++j) {
      for (std::size_t k = 0; k < std::size(kDirectories); ++k) {
        SCOPED_TRACE(std::string(kEntries[i]) + " " + std::string(kEntries[j]) + " " +
                     std::string(kDirectories[k]));
        ExpectTheFirst({kEntries[i], kEntries[j]},
                       {kDirectories[k], kDirectories[(k + j) % std::size(kDirectories)]});
      }
    }
  }
  const std::vector<std::string_view> most(std::begin(kEntries) + 1, std::end(kEntries));
  ExpectTheFirst(most, {std::begin(kDirectories), std::end(kDirectories)});
}

TEST(DeniedPaths, KnowWhetherACapabilityHasNoDirectory) {
  const auto context = Make({"/a"}, {"/a", ""});
  EntriesOfKind all;
  all.Append(context->deny_list.data());
  Positions capabilities;
  capabilities.Append(0);
  EXPECT_FALSE(DeniedPaths(*context, all, capabilities).lacks_directory());
  capabilities.Append(1);
  DeniedPaths denied(*context, all, capabilities);
  EXPECT_TRUE(denied.lacks_directory());
  EXPECT_EQ(denied.FindRelative("b"), context->deny_list.data());
}

}  // namespace
}  // namespace callgate::policy
