// callgate_trust_time: what TrustSnapshot::Verify adds to OpenSSL's X509_verify_cert on the same
// chain, and how long 1,000 entities take to load. Prints one line of JSON.
//
// Both get the chain as a server has it, in DER, and have their anchors ready. They take turns, a
// batch each, and of the times of a batch the median counts, so that what else the machine does
// falls on both. `verify_only` is X509_verify_cert without reading the chain.
#include "callgate/trust.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bench/operation.h"

namespace {

using callgate::bench::Require;
using Clock = std::chrono::steady_clock;

constexpr int kBatches = 301;
constexpr int kBatch = 20;
constexpr int kEntities = 1000;
constexpr long kYear = 365L * 24 * 3600;

struct Identity {
  EVP_PKEY* key;
  X509* certificate;
};

void AddExtension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  Require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, value);
  X509_EXTENSION_free(extension);
}

// On P-256, as every authority of the registry; lives as long as the program.
Identity Issue(const std::string& name, const Identity* issuer, bool authority) {
  static long serial = 0;
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kYear);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* by = issuer == nullptr ? certificate : issuer->certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(by));
  AddExtension(certificate, by, NID_subject_key_identifier, "hash");
  AddExtension(certificate, by, NID_authority_key_identifier, "keyid");
  if (authority) {
    AddExtension(certificate, by, NID_basic_constraints, "critical,CA:TRUE");
    AddExtension(certificate, by, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    AddExtension(certificate, by, NID_key_usage, "critical,digitalSignature");
    AddExtension(certificate, by, NID_ext_key_usage, "clientAuth,serverAuth");
    AddExtension(certificate, by, NID_subject_alt_name, "DNS:agent.example,IP:127.0.0.1");
  }
  EVP_PKEY* signer = issuer == nullptr ? key : issuer->key;
  Require(X509_sign(certificate, signer, EVP_sha256()) > 0, "signing failed");
  return {key, certificate};
}

std::string Der(const Identity& identity) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(identity.certificate, &bytes);
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

X509* Read(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  return d2i_X509(nullptr, &bytes, static_cast<long>(der.size()));
}

X509_STORE* StoreOf(X509* root) {
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, root);
  X509_VERIFY_PARAM* how = X509_STORE_get0_param(store);
  X509_VERIFY_PARAM_set_purpose(how, X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_auth_level(how, 2);
  X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

void VerifyBare(X509_STORE* store, X509* leaf, X509* middle) {
  STACK_OF(X509)* untrusted = sk_X509_new_null();
  sk_X509_push(untrusted, middle);
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf, untrusted);
  Require(X509_verify_cert(context) == 1, "OpenSSL refused the chain");
  X509_STORE_CTX_free(context);
  sk_X509_free(untrusted);
}

using Microseconds = double;

Microseconds TimeOf(const std::function<void()>& work, int runs) {
  const auto start = Clock::now();
  for (int i = 0; i < runs; ++i) work();
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count() / runs;
}

Microseconds Median(std::vector<Microseconds> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

callgate::Time Now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

int main() {
  const Identity root = Issue("Root CA", nullptr, true);
  const Identity middle = Issue("Middle CA", &root, true);
  const Identity leaf = Issue("agent", &middle, false);
  const std::vector<std::string> ders = {Der(leaf), Der(middle)};
  X509_STORE* const store = StoreOf(root.certificate);
  std::vector<callgate::TrustSource> sources = {{"filestore", {{"acme", {Der(root)}}}, {}, true}};
  const auto snapshot = callgate::TrustSnapshot::Load(sources);
  Require(snapshot.ok(), "the root did not load");
  const std::vector<std::string_view> chain(ders.begin(), ders.end());
  const callgate::Time now = Now();

  const auto ours = [&] { Require(snapshot->Verify(chain, now).trusted, "we refused the chain"); };
  const auto bare = [&] {
    X509* const read[] = {Read(ders[0]), Read(ders[1])};
    VerifyBare(store, read[0], read[1]);
    X509_free(read[0]);
    X509_free(read[1]);
  };
  const auto verify_only = [&] { VerifyBare(store, leaf.certificate, middle.certificate); };
  std::vector<Microseconds> times[3];
  for (int batch = 0; batch < kBatches; ++batch) {
    times[0].push_back(TimeOf(ours, kBatch));
    times[1].push_back(TimeOf(bare, kBatch));
    times[2].push_back(TimeOf(verify_only, kBatch));
  }

  std::vector<callgate::TrustedName>& entities = sources[0].entities;
  for (int i = 1; i < kEntities; ++i) {
    const std::string number = std::to_string(i);
    entities.push_back({"entity-" + number, {Der(Issue("CA " + number, nullptr, true))}});
  }
  std::vector<Microseconds> loads;
  for (int i = 0; i < 9; ++i) {
    loads.push_back(TimeOf(
        [&] { Require(callgate::TrustSnapshot::Load(sources).ok(), "entities did not load"); }, 1));
  }
  const auto before = callgate::TrustSnapshot::Load(sources);
  entities.pop_back();
  std::vector<Microseconds> reloads;
  for (int i = 0; i < 9; ++i) {
    const auto reload = [&] {
      const auto after = callgate::TrustSnapshot::Load(sources, {}, {}, nullptr, &*before);
      Require(after.ok(), "entities did not load");
    };
    reloads.push_back(TimeOf(reload, 1));
  }
  const Microseconds verify = Median(times[0]), openssl = Median(times[1]);
  std::printf(
      "{\"verify_us\": %.1f, \"openssl_us\": %.1f, \"ratio\": %.3f, \"openssl_verify_only_us\": "
      "%.1f, \"load_1000_ms\": %.1f, \"reload_1000_ms\": %.1f}\n",
      verify, openssl, verify / openssl, Median(times[2]), Median(loads) / 1000,
      Median(reloads) / 1000);
  return 0;
}
