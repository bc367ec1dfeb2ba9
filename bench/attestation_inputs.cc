#include "bench/attestation_inputs.h"

#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/attestation.h"

namespace callgate::bench {
namespace {

// The same token every time: a proof is of one.
constexpr std::string_view kTokenId = R"(,"jti":"0a1b2c3d-0000-4000-8000-000000000001")";

std::string Issue(std::string_view more) {
  return Require(
      IssueAttestation(AttestationClaims(more), IssuerKey(), kNow, {.key_id = "issuer-1"}),
      "issue");
}

std::string Prove(const Sha256Digest& hash) {
  return Require(IssueRequestProof(BoundAttestationToken(), kAttestationAudience, "tools/call",
                                   hash, SessionKey(), kNow),
                 "proof");
}

}  // namespace

std::string AttestationClaims(std::string_view more) {
  return R"({"iss":"https://issuer.example","sub":"spiffe://acme.example/model/claude-sonnet-4",)"
         R"("aud":["https://mcp-server.example.com","https://other-server.example.com"],)"
         R"("agent_identity":{"model_family":"claude-4","model_version":"claude-sonnet-4-20250514",)"
         R"("provider":"acme","deployment_id":"eu-west-1-prod"},)"
         R"("attestation_metadata":{"attestation_version":"0.1.0","attestation_type":"provider",)"
         R"("safety_level":"enhanced","capabilities_declared":["tool_use","code_execution"]},)"
         R"("agent_integrity":{"config_hash":"sha256:)" +
         std::string(64, 'a') + R"(","system_prompt_hash":"sha256:)" + std::string(64, 'b') +
         R"("})" + std::string(more) + "}";
}

std::string AttestationToken() { return Issue(kTokenId); }

std::string BoundAttestationToken() {
  return Issue(std::string(kTokenId) + R"(,"cnf":{"jwk":)" + SessionKey().public_key().ToJwk() +
               "}");
}

std::string AttestationProof() { return Prove(Sha256("{}")); }

std::string AttestedCall() {
  const std::string begin =
      R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"fs.write","arguments":)"
      R"({"path":"/workspace/project/src/main.py","content":")" +
      std::string(360, 'x') +
      R"("},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{},"dev.callgate/agent-attestation":)";
  const AttestedMessage bare = Require(ReadAttestedMessage(begin + "null}}}"), "message");
  return begin + R"({"token":")" + BoundAttestationToken() + R"(","proof":")" +
         Prove(*bare.request_hash) + R"("}}}})";
}

}  // namespace callgate::bench
