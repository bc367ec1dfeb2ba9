/** A transport as both lines of the SDK have it. */
import type { Message } from './messages.js';

/**
 * What `Transport` of `@modelcontextprotocol/sdk` 1.x and of `server` and `client` 2.x have in
 * common. Their messages and options have other types in each, hence `any`.
 */
export interface McpTransport {
  start(): Promise<void>;
  send(message: any, options?: any): Promise<void>;
  close(): Promise<void>;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: any, extra?: any) => void) | undefined;
  sessionId?: string | undefined;
  setProtocolVersion?: ((version: string) => void) | undefined;
  setSupportedProtocolVersions?: ((versions: string[]) => void) | undefined;
  readonly hasPerRequestStream?: boolean;
}

/** `fetch`, as the SDK's transports over HTTP call it. */
export type AttestingFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** A transport around another. What a subclass does not change goes through. */
export abstract class WrappedTransport implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: any, extra?: any) => void) | undefined;
  readonly hasPerRequestStream?: boolean;
  protected readonly inner: McpTransport;

  constructor(inner: McpTransport) {
    this.inner = inner;
    if (inner.hasPerRequestStream !== undefined) {
      this.hasPerRequestStream = inner.hasPerRequestStream;
    }
    inner.onmessage = (message: Message, extra?: unknown) => this.received(message, extra);
    inner.onerror = (error) => this.onerror?.(error);
    inner.onclose = () => {
      this.closed();
      this.onclose?.();
    };
  }

  get sessionId(): string | undefined {
    return this.inner.sessionId;
  }

  async start(): Promise<void> {
    await this.inner.start();
  }

  async close(): Promise<void> {
    await this.inner.close();
  }

  setProtocolVersion(version: string): void {
    this.inner.setProtocolVersion?.(version);
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.inner.setSupportedProtocolVersions?.(versions);
  }

  abstract send(message: any, options?: any): Promise<void>;

  /** The peer sent a message. */
  protected abstract received(message: Message, extra: unknown): void;

  /** The connection is closed. */
  protected abstract closed(): void;

  protected report(error: unknown): void {
    this.onerror?.(error instanceof Error ? error : new Error(String(error)));
  }
}
