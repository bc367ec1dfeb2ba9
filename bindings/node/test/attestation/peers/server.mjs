// A server of the MCP SDK behind a gate, as a process: the peer of clients in other languages.
//
// PEER is JSON: {line: 1 | 2, over: "stdio" | "http", audience, issuer, jwk (public), policy?,
// requireProof?, sessionLifetime?, guards?, gate? (false: none)}. Over HTTP it prints one line,
// {"url": …}, and serves until its standard input ends.
import { AttestationGate } from 'callgate/attestation';
import { verifierFor } from '../mcp/issuer.mjs';
import { serveHttp, serveStreams } from '../mcp/servers.mjs';

const {
  line,
  over,
  issuer,
  jwk,
  audience,
  gate: gated = true,
  ...options
} = JSON.parse(process.env.PEER);
const { policy = 'required', requireProof = false, ...rest } = options;
const verifier = await verifierFor({ jwk, issuer, audience, policy, requireProof });
const gate = gated ? new AttestationGate(verifier, rest) : null;

if (over === 'stdio') {
  await serveStreams(line, gate, process.stdin, process.stdout);
} else {
  const { url, close } = await serveHttp(line, gate);
  console.log(JSON.stringify({ url }));
  process.stdin.resume().once('end', close);
}
