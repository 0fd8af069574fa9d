import { createHmac } from 'node:crypto';
import type { SyncSource } from '../../../runtime/ports/sync-sources.ts';
import type { Webhook } from '../../../runtime/ports/webhooks.ts';
import { concerns, EVENT_HEADERS } from './event.ts';
import { checkSignature, type WebhookType } from './signature.ts';

export interface HookOptions {
  readonly type: WebhookType;
  readonly token: string;
  readonly source: SyncSource;
  /** The source may be another one now. Told again and again where somebody calls again and again. */
  readonly onCall: () => void;
}

/** So much of a body is kept and looked into, as the worst of it costs milliseconds of the event loop. Pushes with more are believed to be about what is followed. */
export const LOOKED_INTO_BYTES = 64 * 1024;

/** Nobody can guess it who does not know the token; it tells nothing of the token to who does not know the uid. */
export const hookPath = (uid: string, token: string): string =>
  `/hooks/${createHmac('sha256', token).update(uid).digest('hex')}`;

/** Takes calls that are signed with the token. */
export function createHook({ type, token, source, onCall }: HookOptions): Webhook {
  return {
    begin(header) {
      const check = checkSignature(type, token, header);
      if (check === undefined) return undefined;
      const kept: Uint8Array[] = [];
      let bytes = 0;
      return {
        take(chunk) {
          check.update(chunk);
          bytes += chunk.length;
          if (bytes <= LOOKED_INTO_BYTES) kept.push(chunk);
          else kept.length = 0;
        },
        end() {
          if (!check.matches()) return 'refused';
          const event = header(EVENT_HEADERS[type] ?? '') ?? '';
          const body = bytes <= LOOKED_INTO_BYTES ? Buffer.concat(kept).toString('utf8') : undefined;
          if (!concerns({ type, event, contentType: header('content-type') ?? '', body }, source)) return 'ignored';
          onCall();
          return 'accepted';
        },
      };
    },
  };
}
