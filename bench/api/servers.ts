import { join } from 'node:path';
import { openKubeApiserver } from './kube-apiserver.ts';
import type { MeasuredServer } from './server.ts';
import { openTsmoby, type TsmobyServer } from './tsmoby.ts';

/** What the rows about the API need. */
export interface ApiOptions {
  /** Measured turns of each comparison, behind one that warms up. */
  readonly turns: number;
  /** Divides how much is done in one. */
  readonly divisor: number;
  readonly nodeFlags: readonly string[];
  readonly signal: AbortSignal;
}

/** Fresh servers, side by side, of which one at a time works. */
export interface Servers extends AsyncDisposable, ApiOptions {
  readonly ours: TsmobyServer;
  /** Ours first. */
  readonly all: readonly MeasuredServer[];
}

/** kube-apiserver is among them where the environment names one. */
export async function openServers(options: ApiOptions & { readonly hooked?: boolean }): Promise<Servers> {
  await using opening = new AsyncDisposableStack();
  const ours = opening.use(await openTsmoby({ ...options, hooked: options.hooked ?? true }));
  const peer = await openKubeApiserver(join(ours.world.folder, 'kube'), options.signal);
  if (peer) opening.use(peer);
  const opened = opening.move();
  return {
    ...options,
    ours,
    all: peer ? [ours, peer] : [ours],
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
