// Attestation tokens of a realistic shape, the same for every language.
#ifndef CALLGATE_BENCH_ATTESTATION_INPUTS_H_
#define CALLGATE_BENCH_ATTESTATION_INPUTS_H_

#include <string>
#include <string_view>

namespace callgate::bench {

inline constexpr std::string_view kAttestationIssuer = "https://issuer.example";
inline constexpr std::string_view kAttestationAudience = "https://mcp-server.example.com";

// Claims with integrity, a deployment and two audiences; `more` is further members, each after a
// comma.
std::string AttestationClaims(std::string_view more = "");
// Of IssuerKey(), by the kid "issuer-1", issued at kNow.
std::string AttestationToken();
// With the session's key in cnf, and its proof for a tools/call without params.
std::string BoundAttestationToken();
std::string AttestationProof();
// A tools/call of about 600 bytes that carries that token and a proof of its own.
std::string AttestedCall();

}  // namespace callgate::bench

#endif  // CALLGATE_BENCH_ATTESTATION_INPUTS_H_
