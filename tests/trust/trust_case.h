// The cases of tests/vectors/trust.json as arguments of TrustSnapshot.
#ifndef CALLGATE_TESTS_TRUST_TRUST_CASE_H_
#define CALLGATE_TESTS_TRUST_TRUST_CASE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "callgate/trust.h"
#include "tests/support/vectors.h"

namespace callgate::test {

class TrustVectors {
 public:
  TrustVectors();

  std::vector<json::Value> chains() const { return vectors_.Cases("chains"); }
  std::vector<json::Value> loads() const { return vectors_.Cases("loads"); }

  // The bytes of a certificate or text.
  const std::string& Document(std::string_view name) const;
  std::vector<std::string> Documents(json::Value names) const;

  Result<TrustSnapshot> Load(json::Value trust_case, TrustFault* fault = nullptr) const;

 private:
  std::vector<TrustedName> Named(json::Value source, std::string_view kind) const;

  Vectors vectors_;
  std::map<std::string, std::string, std::less<>> documents_;
};

Time TimeOf(json::Value trust_case);
std::vector<std::string_view> Views(const std::vector<std::string>& texts);

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_TRUST_TRUST_CASE_H_
