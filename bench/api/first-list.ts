import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { versionRequest } from './requests.ts';
import type { Target } from './target.ts';

const PAUSE_MS = 5;

/** Resolves with the first list that the server answers with 200; until then it asks again and again. */
export async function firstList(target: Target, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      using connection = await Connection.open(target);
      await connection.request(versionRequest());
      return;
    } catch {
      await sleep(PAUSE_MS, undefined, { signal });
    }
  }
}
