// The types as a user of the published package sees them; only compiled, never run. A line that
// must not compile says so, and tsc fails if it does.
import {
  CallgateError,
  canonicalize,
  type CodeName,
  createEnvelope,
  type Decision,
  DeniedError,
  Gate,
  Guard,
  type GuardDecision,
  GuardError,
  issueToken,
  type Outcome,
  type PolicyDecision,
  PolicySet,
  PublicKey,
  SecretKey,
  verifyEd25519,
  verifyEnvelope,
  verifyToken,
  version,
} from 'callgate';

version satisfies string;
canonicalize('{}') satisfies Uint8Array;
canonicalize(new Uint8Array()) satisfies Uint8Array;
// @ts-expect-error values are no JSON text
canonicalize({ a: 1 });

using key = SecretKey.generate();
key.publicKey satisfies PublicKey;
key.sign('message') satisfies Uint8Array;
verifyEd25519(key.publicKey, key.sign('message'), 'message') satisfies boolean;
PublicKey.fromJwk(key.publicKey.toJwk()).thumbprint satisfies string;
// @ts-expect-error keys are made by the functions of the class
new PublicKey();
// @ts-expect-error a name that is in no table
const name: CodeName = 'NO_SUCH_CODE';

export function describe(error: unknown): string {
  if (!(error instanceof CallgateError)) throw error;
  error.where satisfies string | null;
  switch (error.codeName) {
    case 'INVALID_JSON':
      return 'json';
    // @ts-expect-error a name that is in no table
    case 'INVALID_JSN':
      return name;
    default:
      return `${error.code} ${error.message}`;
  }
}

interface ReadArguments {
  path: string;
}
const args: ReadArguments = { path: '/workspace/a' };

const policy: PolicySet = await PolicySet.load('contexts.yaml', { limits: { maxJsonDepth: 8 } });
// @ts-expect-error there is no such limit
PolicySet.loadSync('contexts.yaml', { limits: { maxJsonDeepness: 8 } });
const decision: PolicyDecision = policy.evaluate('default', 'fs.read', { ...args });
policy.evaluate('default', 'fs.read', '{}');
// @ts-expect-error arguments are required
policy.evaluate('default', 'fs.read');
if (decision.allowed) {
  decision.code satisfies null;
} else {
  decision.code satisfies number;
  decision.codeName satisfies CodeName;
}
decision.details[0]?.where satisfies string | null | undefined;
// @ts-expect-error a decision never changes
decision.allowed = true;
// @ts-expect-error policy alone verifies no payload
decision.payload;

const token: string = issueToken({ sub: 'a', scp: 'default' }, key, { lifetime: 60 });
// @ts-expect-error the public key signs nothing
issueToken({ sub: 'a', scp: 'default' }, key.publicKey);
verifyToken(token, [key.publicKey], { now: new Date() }).expiresAt satisfies Date;
verifyToken(token, { a: key.publicKey }).id satisfies string | null;
const wire: Uint8Array = createEnvelope({ jsonrpc: '2.0' }, token, key, { protocol: 'seal/v1' });
verifyEnvelope(wire, key.publicKey).payload satisfies string;
// @ts-expect-error there are two generations
createEnvelope({}, token, key, { protocol: 'smcp/v2' });

const gate = new Gate(policy, { issuerKeys: [key.publicKey], window: 10 });
// @ts-expect-error whose tokens are accepted has no default
new Gate(policy, {});
// @ts-expect-error a misspelt option
new Gate(policy, { issuerKeys: [], audiance: 'gateway' });
gate.openSession(token, key.publicKey, { parent: 'session' }).expiresAt satisfies Date;
const call: Decision = gate.authorize(wire, { now: Date.now() });
if (call.allowed) {
  call.payload satisfies string;
  call.sessionId satisfies string;
  // @ts-expect-error only a denial has to wait
  call.retryAfter;
} else {
  // @ts-expect-error what was denied has no payload
  call.payload;
  call.retryAfter satisfies number | null;
  call.cause satisfies 'outside_window' | 'already_seen' | null;
}
// @ts-expect-error whether there is a payload is not known yet
call.payload;
call satisfies PolicyDecision;
gate.authorizeOrThrow(wire).payload satisfies string;
try {
  gate.authorizeOrThrow(wire);
} catch (error) {
  if (error instanceof DeniedError) error.decision.codeName satisfies CodeName;
}

const guard = new Guard(policy, { limits: { maxRateWindows: 100 } });
// @ts-expect-error whose tokens are accepted is a gate's affair
new Guard(policy, { issuerKeys: [] });
const checked: GuardDecision = guard.check('alice', 'default', 'fs.read', { ...args }, { now: 0 });
if (checked.allowed) {
  // @ts-expect-error only a denial has to wait
  checked.retryAfter;
} else {
  checked.retryAfter satisfies number | null;
  checked.codeName satisfies CodeName;
}
checked satisfies PolicyDecision;
// @ts-expect-error nothing was signed
checked.payload;
interface GuardedArguments {
  readonly path: string;
  readonly lines?: number;
}
const read = guard.tool(
  'fs.read',
  {
    subject: (given, request) => `${given.path} ${request.user}`,
    context: 'default',
    measure: (result) => result.text,
  },
  async ({ path }: GuardedArguments, request: { user: string }) => ({ text: path + request.user }),
);
read({ path: '/a' }, { user: 'alice' }) satisfies Promise<{ text: string }>;
// @ts-expect-error the request is the function's second parameter
read({ path: '/a' });
// @ts-expect-error the function takes no such argument
read({ pth: '/a' }, { user: 'alice' });
guard.tool('t', { subject: 'alice', context: 'default' }, () => 1)({}) satisfies number;
// @ts-expect-error whose call it is has no default
guard.tool('t', { context: 'default' }, () => 1);
try {
  await read({ path: '/a' }, { user: 'alice' });
} catch (error) {
  if (error instanceof GuardError) error.decision.codeName satisfies CodeName;
}

const outcome: Outcome = { outcome: 'committed', taken: [0] };
gate.plan(wire).finish(outcome) satisfies Decision;
// @ts-expect-error what was taken has to be said
gate.plan(wire).finish({ outcome: 'committed' });
gate.session('id')?.state satisfies 'open' | 'ended' | 'revoked' | undefined;
