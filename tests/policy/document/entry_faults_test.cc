// What is said of the mistakes that people make in entries.
#include "core/policy/document/entry_faults.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/policy/model/command_entry.h"
#include "core/policy/model/domain_entry.h"
#include "core/policy/model/path_entry.h"

namespace callgate::policy {
namespace {

struct Mistake {
  std::string_view text;
  std::string_view rule;
  std::string_view message;
};

TEST(EntryFaults, EachMistakeInAPathHasWordsOfItsOwn) {
  for (const auto& [text, rule, message] : {
           Mistake{"src/main.py", "path.entry-normal",
                   "expected an absolute path, which begins with /: write /workspace/src/main.py"},
           Mistake{"./src", "path.entry-normal",
                   "expected an absolute path, which begins with /: write /workspace/src"},
           Mistake{"../x", "path.entry-normal",
                   "expected an absolute path: .. leads from a directory that no policy knows"},
           Mistake{"/a/*.txt", "path.entry-bad-star",
                   "expected * as a whole segment: write /a/**/*.txt for names that look so"},
           Mistake{"/a/x*/b", "path.entry-bad-star",
                   "expected * as a whole segment, not within x*"},
           Mistake{"/a\\b", "path.entry-legal",
                   "expected / between directories, not a backslash: write /a/b"},
           Mistake{"/a/", "path.entry-normal", "expected no slash at the end: write /a"},
           Mistake{"/a/.", "path.entry-normal", "expected a path without . segments"},
           Mistake{"/a/..", "path.entry-normal",
                   "expected a path without .. segments: write where it leads"},
           Mistake{"/a//b", "path.entry-normal", "expected one slash between two names, not //"},
           Mistake{"/a/...", "path.entry-legal", "expected a name, not dots and spaces alone"},
           Mistake{"~/x", "path.entry-normal",
                   "expected an absolute path: ~ is not expanded, write /home/NAME/x"},
           Mistake{"$HOME/x", "path.entry-normal",
                   "expected an absolute path: variables are not expanded, write what $HOME stands "
                   "for"},
           Mistake{"C:\\Users", "path.entry-normal",
                   "expected a POSIX path, which begins with /: a drive of Windows is none, write "
                   "the path as the tool's server spells it"},
           Mistake{"file:///a", "path.entry-normal",
                   "expected a path, not a URL: write what follows file://"},
           Mistake{"/a/**/b/**", "path.entry-bad-star",
                   "expected nothing behind the NAME: what is below it is not allowed, list /a or "
                   "the directories by name"},
           Mistake{"/a/**/b*c", "name.bad", "expected * first or last in the NAME b*c"},
           Mistake{"/a/b?", "path.entry-legal", "expected a path without ? and backslashes"},
           Mistake{"/e\u0301", "path.entry-nfc", "expected the path in NFC"},
       }) {
    EXPECT_FALSE(PathEntry::ParseAllowed(text)) << text;
    const EntryFault fault = kAllowedPath.why(text);
    EXPECT_EQ(fault.rule, rule) << text;
    EXPECT_EQ(fault.message, message) << text;
  }
}

TEST(EntryFaults, WhatIsDeniedMayNameAFileAnywhere) {
  EXPECT_EQ(kDeniedPath.why(".env").message,
            "expected an absolute path, which begins with /: write /workspace/.env, or **/.env for "
            "every file of that name");
  EXPECT_EQ(kDeniedPath.why("**/a:b").rule, "name.bad");
  EXPECT_EQ(kDeniedPath.why("**/*").message, "expected a NAME behind **, not * alone");
}

TEST(EntryFaults, ADirectoryHasNoStar) {
  EXPECT_EQ(kDirectory.why("/a/*").rule, "doc.base-directory");
  EXPECT_EQ(kDirectory.why("a").rule, "path.entry-normal");
}

TEST(EntryFaults, EachMistakeInAHostHasWordsOfItsOwn) {
  for (const auto& [text, rule, message] : {
           Mistake{"https://a.example/x", "domain.entry-bad",
                   "expected a host without a scheme: write a.example"},
           Mistake{"a.example/x", "domain.entry-bad",
                   "expected a host without a path, which no entry judges: write a.example"},
           Mistake{"A.example", "domain.entry-bad",
                   "expected a host in lower case: write a.example"},
           Mistake{".a.example", "domain.entry-bad",
                   "expected a host: write *.a.example for all below it"},
           Mistake{"a.*.example", "domain.entry-bad",
                   "expected * only before the first dot, as *.example.com"},
           Mistake{"a.example.", "domain.entry-bad", "expected a host without a dot at its end"},
           Mistake{"a.example:0", "domain.entry-bad",
                   "expected a port from 1 to 65535 behind the colon"},
           Mistake{"u@a.example", "domain.entry-bad",
                   "expected a host without user-info: write a.example"},
           Mistake{"\u00e4.example", "domain.entry-bad",
                   "expected a host in ASCII: write the xn-- form of the name"},
           Mistake{"2001:db8::7", "address.entry",
                   "expected brackets around an address of IPv6: write [2001:db8::7]"},
           Mistake{"192.0.2.7/24", "address.entry",
                   "expected a block of addresses, as 192.0.2.0/24 or 2001:db8::/32, without a "
                   "port and without bits beyond its prefix"},
           Mistake{"0x7f.1", "domain.host-numeric",
                   "expected an address of IPv4 as four decimal numbers, as 192.0.2.7"},
           Mistake{"*.192.0.2.7", "domain.quad",
                   "expected no *. before an address, below which there is none"},
           Mistake{"private", "address.words",
                   "expected a host: the word private stands for addresses in except and deny_list "
                   "alone"},
       }) {
    EXPECT_FALSE(DomainEntry::ParseAllowed(text)) << text;
    const EntryFault fault = kAllowedDomain.why(text);
    EXPECT_EQ(fault.rule, rule) << text;
    EXPECT_EQ(fault.message, message) << text;
  }
  EXPECT_EQ(kDeniedDomain.why("*").message,
            "expected a host: for every one, deny the tool, without domain");
}

TEST(EntryFaults, ACommandIsToldItsCharacter) {
  for (const auto& [text, rule, message] : {
           Mistake{"git; id", "command.entry-legal",
                   "expected words without characters of the shell, not ;"},
           Mistake{"git 'x'", "command.entry-legal", "expected words without quotes, not '"},
           Mistake{"A=1 git", "command.entry-legal", "expected a program, not an assignment"},
           Mistake{"ls ~", "command.entry-legal", "expected no word that begins with ~"},
           Mistake{" ", "command.entry-legal", "expected a word, as git"},
       }) {
    EXPECT_FALSE(CommandEntry::Parse(text)) << text;
    const EntryFault fault = kCommandText.why(text);
    EXPECT_EQ(fault.rule, rule) << text;
    EXPECT_EQ(fault.message, message) << text;
  }
}

TEST(EntryFaults, AToolPatternIsToldItsCharacter) {
  EXPECT_EQ(WhyNoToolPattern(".*"), "; write * for every tool");
  EXPECT_EQ(WhyNoToolPattern("fs read"), "; the character   stands in no tool name");
  EXPECT_EQ(WhyNoToolPattern("fs.*.x"), "; * stands at the end alone");
  EXPECT_EQ(WhyNoToolPattern(std::string(129, 'a')), "; it is longer than 128 characters");
}

}  // namespace
}  // namespace callgate::policy
