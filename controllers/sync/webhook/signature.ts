import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { SyncWebhook } from '../../../schemas/gen/types.ts';

export type WebhookType = SyncWebhook['type'];

/** Follows a body as it comes in, and says at its end whether who knows the token has signed it. */
export interface SignatureCheck {
  update(chunk: Uint8Array): void;
  matches(): boolean;
}

type Header = (name: string) => string | undefined;

/** Where each type's HMAC of the body stands, as hexadecimal digits after a prefix. */
const SIGNED: Readonly<Partial<Record<WebhookType, readonly [header: string, prefix: string]>>> = {
  GitHub: ['x-hub-signature-256', 'sha256='],
  Gitea: ['x-gitea-signature', ''],
  GenericHMAC: ['x-signature', 'sha256='],
};

const ALWAYS: SignatureCheck = { update: () => undefined, matches: () => true };

/** Undefined: the headers tell already that it is not signed. What takes time depends on nothing that is secret. */
export function checkSignature(type: WebhookType, token: string, header: Header): SignatureCheck | undefined {
  if (type === 'Generic') return ALWAYS;
  if (type === 'GitLab') return isSameText(header('x-gitlab-token') ?? '', token) ? ALWAYS : undefined;
  const [name, prefix] = SIGNED[type] ?? ['', ''];
  const given = header(name);
  if (given === undefined || !given.startsWith(prefix)) return undefined;
  const digits = given.slice(prefix.length);
  if (!/^[0-9a-f]{64}$/i.test(digits)) return undefined;
  const hmac = createHmac('sha256', token);
  return {
    update: (chunk) => void hmac.update(chunk),
    matches: () => timingSafeEqual(hmac.digest(), Buffer.from(digits, 'hex')),
  };
}

const isSameText = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
