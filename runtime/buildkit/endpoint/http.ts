import { request } from 'node:http';
import { CONNECT_DEADLINE } from './dial.ts';

/** Status of a `GET` on dockerd's own API. Rejects with what the socket says. */
export function statusOf(socketPath: string, path: string, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { socketPath, path, agent: false, timeout: CONNECT_DEADLINE, ...(signal === undefined ? {} : { signal }) },
      (answer) => {
        answer.resume();
        answer.once('close', () => resolve(answer.statusCode ?? 0));
      },
    );
    asking.once('timeout', () => asking.destroy(new Error(`no answer within ${CONNECT_DEADLINE} ms`)));
    asking.on('error', reject);
    asking.end();
  });
}
