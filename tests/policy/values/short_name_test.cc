#include "core/policy/values/short_name.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

TEST(ShortNames, OfALongNameHaveANumberAndItsExtension) {
  const ShortNames git(".git", false);
  for (const char* name : {"GIT~1", "git~4", "Git~123", "GI7D29~1"}) {
    EXPECT_TRUE(git.Hold(name)) << name;
  }
  for (const char* name : {"GIT", "GIT~", "GIT~a", "~1", "GITX~1", "GI~1", "GIT~1.", "GIT~1.x",
                           "GI7D29X~1", "GI7D2G~1", "GIT~1x", ".git"}) {
    EXPECT_FALSE(git.Hold(name)) << name;
  }
  const ShortNames local(".env.local", false);
  EXPECT_TRUE(local.Hold("ENV~1.LOC"));
  EXPECT_TRUE(local.Hold("EN12AF~2.LOC"));
  EXPECT_FALSE(local.Hold("ENV~1"));
  EXPECT_FALSE(local.Hold("ENV~1.LOCA"));
  EXPECT_FALSE(local.Hold("ENV~1.LOC.x"));
  EXPECT_TRUE(ShortNames(".gitmodules", false).Hold("GITMOD~1"));
  EXPECT_TRUE(ShortNames(".a b+c", false).Hold("AB_C~1"));
  EXPECT_TRUE(ShortNames(".\u00E9tudes-1", false).Hold("\u00E9tudes~1"));
}

TEST(ShortNames, OfABeginningMayGoOn) {
  const ShortNames env(".env", true);
  for (const char* name : {"ENV~1", "ENVRC~1", "ENV~1.LOC", "ENVIRO~2.X", "EN12AF~1"}) {
    EXPECT_TRUE(env.Hold(name)) << name;
  }
  for (const char* name : {"EN~1", "XENV~1", "env", "main.c~", "ENV~1.x.y"}) {
    EXPECT_FALSE(env.Hold(name)) << name;
  }
  const ShortNames dotted(".env.l", true);
  EXPECT_TRUE(dotted.Hold("ENV~1.LOC"));
  EXPECT_TRUE(dotted.Hold("ENVL~1.X"));
  EXPECT_FALSE(dotted.Hold("ENV~1.X"));
  EXPECT_TRUE(ShortNames(".", true).Hold("ANY~1"));
}

}  // namespace
}  // namespace callgate::policy
