// Clients and gateways that end with their test.
import { inspect } from 'node:util';
import { SEALClient, SMCPClient } from 'callgate/smcp';
import { WireGateway } from './wire-gateway.mjs';

/** A gateway that ends with the test `t`. */
export async function gatewayFor(t, options) {
  const gateway = await WireGateway.start(options);
  t.after(() => gateway[Symbol.asyncDispose]());
  return gateway;
}

/** A client that ends with the test. */
export function clientFor(t, url, { workload = 'exec-1', scope = 'project', ...options } = {}) {
  const client = new SMCPClient(url, workload, scope, options);
  t.after(() => client.dispose());
  return client;
}

export function sealClientFor(t, url, options) {
  const client = new SEALClient(url, 'exec-1', 'project', options);
  t.after(() => client.dispose());
  return client;
}

/** What a promise rejects with. */
export async function rejection(promise) {
  return promise.then(
    (value) => {
      throw new Error(`did not reject, but gave ${JSON.stringify(value)}`);
    },
    (error) => error,
  );
}

/** Calls of a client may come with a clock that is ahead: node:test moves Date for the process. */
export function clockAhead(t, milliseconds) {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + milliseconds });
}

/** A value in the name of a test. */
export function label(value) {
  return inspect(value).replace(/\s+/g, ' ').slice(0, 60);
}
