import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { Host } from '../ports/host.ts';

/** nft(8), as this adapter needs it. Each rejects with RuntimeError: Unsupported without nft, else Unavailable with reason FirewallFailed. */
export interface Nft {
  /** One transaction: all of these lines, or none. */
  apply(lines: readonly string[]): Promise<void>;
  /** The objects that `nft -j list …` answers; undefined when there is no such thing. */
  list(...words: readonly string[]): Promise<readonly ListedObject[] | undefined>;
}

/** What is read of the JSON that libnftables-json(5) describes: each object has one of these, or another that is not read. */
export interface ListedObject {
  readonly chain?: ListedChain;
  readonly rule?: ListedRule;
  readonly set?: ListedSet;
  readonly map?: ListedSet;
}

export interface ListedChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly type?: string;
  readonly hook?: string;
  readonly policy?: string;
}

export interface ListedRule {
  readonly chain: string;
  readonly handle: number;
  readonly comment?: string;
  readonly expr: readonly Readonly<Record<string, unknown>>[];
}

export interface ListedSet {
  readonly name: string;
  readonly elem?: readonly unknown[];
}

export function createNft(host: Pick<Host, 'run'>): Nft {
  return {
    async apply(lines) {
      try {
        await host.run('nft', ['-f', '-'], { input: `${lines.join('\n')}\n` });
      } catch (error) {
        throw nftFailure(error);
      }
    },
    async list(...words) {
      try {
        const { stdout } = await host.run('nft', ['-j', 'list', ...words]);
        return (JSON.parse(stdout) as { nftables: readonly ListedObject[] }).nftables;
      } catch (error) {
        if (isRuntimeError(error, 'Internal') && error.message.includes('No such file or directory')) return undefined;
        throw nftFailure(error);
      }
    },
  };
}

/** The crossing from what became of the program to what became of the firewall. */
export function nftFailure(error: unknown): RuntimeError {
  if (isRuntimeError(error, 'Unsupported')) {
    return new RuntimeError('Unsupported', 'networks need the program nft: install the package nftables', {
      cause: error,
      reason: 'FirewallFailed',
    });
  }
  if (isRuntimeError(error, 'Cancelled')) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new RuntimeError('Unavailable', `the firewall's rules could not be changed or read: ${message}`, {
    cause: error,
    reason: 'FirewallFailed',
  });
}

/** Whether the kernel may have taken it all the same: the program was ended before it could tell. */
export function mayHaveBeenApplied(error: RuntimeError): boolean {
  return !isRuntimeError(error.cause, 'Internal', 'Unsupported', 'ResourceExhausted');
}
