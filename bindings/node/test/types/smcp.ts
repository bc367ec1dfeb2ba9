// The types of callgate/smcp as a user sees them; only compiled, never run.
import { CallgateError, type CodeName, SecretKey } from 'callgate';
import {
  type AttestationResult,
  type ClientOptions,
  ConfigurationError,
  createCanonicalMessage,
  createSealEnvelope,
  createSmcpEnvelope,
  Ed25519Key,
  GatewayRefused,
  GatewayUnreachable,
  isSMCPError,
  isToolCallError,
  isToolDenied,
  type McpPayload,
  type PolicyCodeName,
  ResponseTooLarge,
  SEALClient,
  SEALError,
  type SealEnvelope,
  SMCPClient,
  SMCPError,
  type SmcpEnvelope,
  type SMCPFailure,
  TokenRefused,
  ToolDenied,
  VerificationError,
  verifySmcpEnvelope,
} from 'callgate/smcp';
import * as server from 'callgate/smcp/server';

const options: ClientOptions = {
  generation: 'A',
  key: Ed25519Key.from(SecretKey.generate()),
  clientCertificate: ['agent.crt', new URL('file:///agent.key')],
  callTimeout: 2.5,
};
await using smcp = new SMCPClient('https://gateway.example', 'exec-1', 'research', options);
using seal = new SEALClient('unix:/run/gateway.sock', 'exec-1', 'research');
// @ts-expect-error a misspelt option
new SMCPClient('https://gateway.example', 'exec-1', 'research', { timeout: 5 });
// @ts-expect-error there are three generations
new SMCPClient('https://gateway.example', 'exec-1', 'research', { generation: 'D' });

(await smcp.attest()) satisfies string;
const result: AttestationResult = await seal.attest();
result.security_token satisfies string;
result.expires_at satisfies string;
result.session_id satisfies string | undefined;
smcp.securityToken satisfies string | null;
smcp.key satisfies Ed25519Key;
// @ts-expect-error what a client is for does not change
smcp.workloadId = 'exec-2';

interface ReadArguments {
  path: string;
  limit?: number | undefined;
}
const args: ReadArguments = { path: '/workspace/a' };
const answer = await smcp.callTool('fs.read', args, { signal: AbortSignal.timeout(1000) });
answer satisfies unknown;
// @ts-expect-error nothing is known of a result
answer.content;
// @ts-expect-error arguments are required
smcp.callTool('fs.read');
// @ts-expect-error arguments are an object
smcp.callTool('fs.read', '{}');
(await smcp.listTools())[0]?.name satisfies string | undefined;

const payload: McpPayload = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const key = await Ed25519Key.generate();
const envelope: SmcpEnvelope = await createSmcpEnvelope('a.b.c', payload, key);
const sealed: SealEnvelope = await createSealEnvelope('a.b.c', payload, key);
envelope.protocol satisfies 'smcp/v1';
sealed.protocol satisfies 'seal/v1';
(await verifySmcpEnvelope(JSON.stringify(envelope), key.getPublicKeyBytes())) satisfies McpPayload;
await server.verifySealEnvelope(sealed, key.getPublicKeyBytes(), 10);
createCanonicalMessage('a.b.c', payload, 1771338721) satisfies Uint8Array;
// @ts-expect-error the engine's key is no key of the SDK
createSmcpEnvelope('a.b.c', payload, SecretKey.generate());
// @ts-expect-error keys are made by the functions of the class
new Ed25519Key(SecretKey.generate());

export function explain(error: unknown): string {
  if (isToolDenied(error)) {
    error.codeName satisfies PolicyCodeName;
    // @ts-expect-error no policy answers so
    if (error.codeName === 'INVALID_TOKEN') return '';
    return `${error.details?.['tool']}: ${error.message}`;
  }
  if (isToolCallError(error)) return `${error.rpcCode} ${error.rpcMessage}`;
  if (error instanceof GatewayUnreachable) error.dispatched satisfies false;
  if (error instanceof TokenRefused) error.codeName satisfies 'INVALID_TOKEN' | 'EXPIRED_TOKEN';
  if (!isSMCPError(error)) throw error;
  error satisfies SMCPError & SEALError & CallgateError;
  error.codeName satisfies CodeName;
  error.dispatched satisfies boolean | null;
  error.retryAfter satisfies number | null;
  error.requestId satisfies string | number | null;
  error satisfies SMCPFailure;
  switch (error.codeName) {
    case 'UPSTREAM_TIMEOUT':
    case 'UPSTREAM_FAILED':
      return error.message;
    case 'EXPIRED_TOKEN':
      return (error satisfies TokenRefused).message;
    case 'RATE_LIMIT_EXCEEDED':
      return `again in ${(error satisfies ToolDenied).retryAfter} s`;
    // @ts-expect-error a name that is in no table
    case 'RATE_LIMITED':
      return '';
    default:
      return error.codeName;
  }
}

// A program makes errors in its tests: with the names that their classes declare, and no others.
new SMCPError('no', 1004).codeName satisfies CodeName;
new ToolDenied('no', { codeName: 'PATH_NOT_ALLOWED' }).codeName satisfies PolicyCodeName;
new GatewayRefused('no', { codeName: 'LEDGER_FULL' }) satisfies SMCPError;
new GatewayUnreachable('no', { codeName: 'UPSTREAM_FAILED', dispatched: false });
// @ts-expect-error a denial is named by policy
new ToolDenied('no', { codeName: 'INVALID_TOKEN' });
// @ts-expect-error without a name it would be INTERNAL_ERROR
new ToolDenied('no');
// @ts-expect-error a number names nothing of these
new ConfigurationError('no', 1000);
// @ts-expect-error every reply that is too large is over a limit
new ResponseTooLarge('no', { codeName: 'UPSTREAM_FAILED' });
// @ts-expect-error nothing was sent
new GatewayUnreachable('no', { codeName: 'UPSTREAM_FAILED', dispatched: true });
// @ts-expect-error no envelope is refused for its token's time
new VerificationError('no', 'smcp/v1', 'EXPIRED_TOKEN');
