#include "core/policy/values/argument_key.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

KeyClasses Classify(std::string_view key) {
  const std::string folded = FoldKey(key);
  return IsFolded(key) ? ClassifyKey(key, key) : ClassifyKey(key, folded);
}

TEST(Key, FoldsAsciiAndTheTwoLettersThatSomeServersFold) {
  EXPECT_EQ(FoldKey("Path"), "path");
  EXPECT_EQ(FoldKey("hoſt"), "host");
  EXPECT_EQ(FoldKey("lin\u212A"), "link");
  EXPECT_EQ(FoldKey("PÂTH"), "pÂth");
  EXPECT_FALSE(IsFolded("pathſ"));
  EXPECT_FALSE(IsFolded("a_long_key_with_one_Capital"));
  EXPECT_TRUE(IsFolded("â_long_key_without_capitals"));
  EXPECT_TRUE(IsFolded(""));
}

TEST(Key, IsFoldedAgreesWithFoldingAtEveryLengthAndPlace) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'@', 'A', 'Z', '[', 'a', '\x7F'}) {
        std::string key(size, 'x');
        key[at] = c;
        EXPECT_EQ(IsFolded(key), FoldKey(key) == key) << key;
      }
    }
  }
}

TEST(Key, LastWordSaysTheClass) {
  for (const std::string_view key :
       {"path", "file_path", "imagePath", "XMLFile", "outputPath2", "PATH", "my-dir", "fileName",
        "dir_name", "FolderName", "subfilepath", "workdirectory", "PATHs", "src", "_dst_", "CWD",
        "x{file"}) {
    EXPECT_EQ(Classify(key) & kPathKey, kPathKey) << key;
  }
  for (const std::string_view key :
       {"pathology", "profile", "path_id", "name", "imgSrc", "src_id"}) {
    EXPECT_EQ(Classify(key) & kPathKey, 0) << key;
  }
  for (const std::string_view key :
       {"url", "imageURL", "imageURLs", "imageURIs", "baseurl", "myhostname", "api.host"}) {
    EXPECT_EQ(Classify(key) & kDomainKey, kDomainKey) << key;
  }
  EXPECT_EQ(Classify("ghost") & kDomainKey, 0);
  for (const std::string_view key : {"command", "run_cmd", "cmdLine", "commandLine", "Command"}) {
    EXPECT_EQ(Classify(key) & kCommandKey, kCommandKey) << key;
  }
  EXPECT_EQ(Classify("commandment"), 0);
  EXPECT_EQ(Classify("cliArgs"), kArgsKey);
}

TEST(Key, PluralsAndPairsSayTheClassInEverySpelling) {
  for (const std::string_view key : {"pathName", "path-names", "directory_name", "directoryname",
                                     "DIRECTORYNAMES", "git_workdir", "dests", "xfilenames"}) {
    EXPECT_EQ(Classify(key) & kPathKey, kPathKey) << key;
  }
  for (const std::string_view key : {"host_name", "hostName", "domainNames", "end-point", "webHook",
                                     "proxies", "servers", "fqdn", "xuris"}) {
    EXPECT_EQ(Classify(key) & kDomainKey, kDomainKey) << key;
  }
  for (const std::string_view key : {"commandline", "cmd_line", "CmdLines", "scripts"}) {
    EXPECT_EQ(Classify(key) & kCommandKey, kCommandKey) << key;
  }
  for (const std::string_view key : {"environ", "environments", "env_variable", "environmentVars",
                                     "environmentvariables", "ENVVARS"}) {
    EXPECT_EQ(Classify(key), kEnvKey) << key;
  }
  for (const std::string_view key : {"url_count", "hosted_name", "point", "hook", "variables",
                                     "environmental", "directorynamesake", "my_env_variables"}) {
    EXPECT_EQ(Classify(key), 0) << key;
  }
  EXPECT_EQ(Classify("source"), kSourceKey);
  EXPECT_EQ(Classify("data_source"), 0);
}

TEST(Key, SomeWordsMeanItOnlyAlone) {
  for (const std::string_view key : {"env", "ENV", "environment", "env_vars", "envVars"}) {
    EXPECT_EQ(Classify(key), kEnvKey) << key;
  }
  EXPECT_EQ(Classify("my_env"), 0);
  EXPECT_EQ(Classify("my_env_vars"), 0);
  EXPECT_EQ(Classify("Shell"), kShellKey);
  EXPECT_EQ(Classify("port"), kPortKey);
  EXPECT_EQ(Classify("report"), 0);
  EXPECT_EQ(Classify("db_port"), 0);
}

TEST(Key, FoldingMakesClassesButNeverExempts) {
  EXPECT_EQ(Classify("paTH"), kPathKey);  // words pa, th; folded: path
  EXPECT_EQ(Classify("content"), kTextKey);
  EXPECT_EQ(Classify("conTENT"), 0);
  EXPECT_EQ(Classify("SQl"), 0) << "only an s at the end of capitals belongs to them";
  EXPECT_EQ(Classify("DEscription"), 0);
  EXPECT_EQ(Classify("urlſ"), kDomainKey | kAddressKey);
}

TEST(Key, FreeingNeverFreesWhatStartsProgramsOrPorts) {
  const KeyList freed = {"argv", "env", "path", "port", "shell"};
  EXPECT_TRUE(Frees(freed, "path", kPathKey));
  EXPECT_FALSE(Frees(freed, "argv", kArgsKey));
  EXPECT_FALSE(Frees(freed, "env", kEnvKey));
  EXPECT_FALSE(Frees(freed, "port", kPortKey));
  EXPECT_FALSE(Frees(freed, "shell", kShellKey));
  EXPECT_FALSE(Frees({}, "path", kPathKey));
}

}  // namespace
}  // namespace callgate::policy
