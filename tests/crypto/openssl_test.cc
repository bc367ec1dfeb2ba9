// Keys and signatures exchanged both ways with OpenSSL's command line.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "callgate/crypto.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

class OpenSsl : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "callgate-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  void Write(const std::string& name, std::string_view bytes) const {
    std::ofstream file(Path(name), std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  std::string Read(const std::string& name) const { return test::ReadFile(Path(name)); }
  // True when `openssl <arguments>`, run in the folder, exits with 0.
  bool Run(const std::string& arguments) const {
    const std::string command =
        "cd '" + folder_.string() + "' && openssl " + arguments + " >out.txt 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return false;
    const int status = pclose(pipe);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  std::filesystem::path folder_;
};

TEST_F(OpenSsl, ReadsOurPemAndWritesItBackUnchanged) {
  const SecretKey key = SecretKey::Generate();
  Write("secret.pem", key.ToPem().view());
  ASSERT_TRUE(Run("pkey -in secret.pem -out again.pem")) << Read("out.txt");
  EXPECT_EQ(Read("again.pem"), key.ToPem().view());
  ASSERT_TRUE(Run("pkey -in secret.pem -pubout -out public.pem")) << Read("out.txt");
  EXPECT_EQ(Read("public.pem"), key.public_key().ToPem());
}

TEST_F(OpenSsl, ItsKeysAreAcceptedHere) {
  ASSERT_TRUE(Run("genpkey -algorithm ed25519 -out secret.pem")) << Read("out.txt");
  ASSERT_TRUE(Run("pkey -in secret.pem -pubout -out public.pem")) << Read("out.txt");
  const Result<SecretKey> secret = SecretKey::FromPem(Read("secret.pem"));
  const Result<PublicKey> public_key = PublicKey::FromPem(Read("public.pem"));
  ASSERT_TRUE(secret && public_key);
  EXPECT_EQ(secret->public_key(), *public_key);
  EXPECT_EQ(secret->ToPem().view(), Read("secret.pem"));
}

TEST_F(OpenSsl, ItsKeysOfOtherKindsAreRefused) {
  for (const char* algorithm : {"x25519", "ed448", "EC -pkeyopt ec_paramgen_curve:P-256"}) {
    ASSERT_TRUE(Run(std::string("genpkey -out secret.pem -algorithm ") + algorithm)) << algorithm;
    ASSERT_TRUE(Run("pkey -in secret.pem -pubout -out public.pem")) << algorithm;
    EXPECT_FALSE(SecretKey::FromPem(Read("secret.pem"))) << algorithm;
    EXPECT_FALSE(PublicKey::FromPem(Read("public.pem"))) << algorithm;
  }
}

TEST_F(OpenSsl, VerifiesOurSignaturesAndNotForgedOnes) {
  const SecretKey key = SecretKey::Generate();
  const std::string message = "{\"payload\":{}}";
  Write("public.pem", key.public_key().ToPem());
  Write("message", message);
  Write("signature", AsBytes(key.Sign(message)));
  const std::string verify =
      "pkeyutl -verify -rawin -pubin -inkey public.pem -in message -sigfile signature";
  EXPECT_TRUE(Run(verify)) << Read("out.txt");
  Write("message", message + " ");
  EXPECT_FALSE(Run(verify));
}

TEST_F(OpenSsl, ItsSignaturesVerifyHereAndAreTheSameBytes) {
  const SecretKey key = SecretKey::Generate();
  const std::string message = "{\"payload\":{}}";
  Write("secret.pem", key.ToPem().view());
  Write("message", message);
  ASSERT_TRUE(Run("pkeyutl -sign -rawin -inkey secret.pem -in message -out signature"))
      << Read("out.txt");
  const std::string signature = Read("signature");
  EXPECT_TRUE(key.public_key().Verify(signature, message));
  EXPECT_FALSE(key.public_key().Verify(signature, message + " "));
  EXPECT_EQ(AsBytes(key.Sign(message)), signature);
}

}  // namespace
}  // namespace callgate
