// A client of the MCP SDK, attesting, as a process: the peer of servers in other languages.
//
// PEER is a JSON list, of a connection each: {client: "1.x" | "2.x legacy" | "2.x modern",
// audience, calls: [{name, arguments}], url, or command with args and env; issuer and jwk
// (private) of the tokens, or none: no token is sent; key? (true: proofs in the legacy era too),
// requireServerSupport?}. It prints a JSON list: {"tools": [names], "calls": [texts or
// {code, reason}], "status": …}, or {"refused": {code, reason}} where it could not connect.
import { SecretKey } from 'callgate';
import { agent, call, CLIENTS, httpTransport, refusalOf, wrapped } from '../mcp/clients.mjs';
import { providerOf } from '../mcp/issuer.mjs';

async function optionsOf({ audience, jwk, issuer, key, requireServerSupport = false }) {
  if (jwk === undefined) return null;
  const provider = await providerOf(jwk, issuer);
  const proving = key === true ? { key: SecretKey.generate() } : {};
  return agent({ audience, requireServerSupport, provider, ...proving });
}

function transportOf(parts, { url, command, args, env }, options) {
  if (url !== undefined) return httpTransport(parts, new URL(url), options);
  return wrapped(new parts.Stdio({ command, args, env }), options);
}

async function outcome(peer) {
  const parts = CLIENTS[peer.client];
  const transport = transportOf(parts, peer, await optionsOf(peer));
  const client = parts.make();
  try {
    await client.connect(transport);
    const { tools } = await client.listTools();
    const calls = [];
    for (const { name, arguments: args } of peer.calls) calls.push(await call(client, name, args));
    const status = transport.attestationStatus ?? null;
    return { tools: tools.map(({ name }) => name).sort(), calls, status };
  } catch (error) {
    return { refused: refusalOf(error) };
  } finally {
    await client.close();
  }
}

const outcomes = [];
for (const peer of JSON.parse(process.env.PEER)) outcomes.push(await outcome(peer));
console.log(JSON.stringify(outcomes));
