/** Who is told what became of a Sync. */
import type { StructuralSchema } from '../structural/schema.ts';
import { secretName } from './build-context.ts';
import { atomicList, dnsLabel, keyedList, object, string } from './fragments.ts';

export const NOTIFICATION_EVENTS = ['Applied', 'Failed', 'RolledBack', 'Drifted', 'PruneBlocked', 'Stalled'] as const;

const httpUrl = (description: string): StructuralSchema =>
  string(description, { pattern: '^https?://[^/@\\s]+(/[^\\s]*)?$', maxLength: 2048 });

export const notifications: StructuralSchema = keyedList(
  'Servers that are told what becomes of it, by POST of JSON. What cannot be told for some minutes is not told; the condition NotificationFailed says so, and nothing else waits for it.',
  ['name'],
  object(
    'One server.',
    {
      name: string('Tells it from the others.', { pattern: dnsLabel, maxLength: 63 }),
      url: httpUrl('Where to POST. An address that is a secret itself stands in the Secret instead.'),
      secretRef: secretName(
        'A Secret with any of: `address`, in place of url; `token`, sent as Authorization: Bearer; `signingKey`, whose HMAC of the body is sent as X-Signature: sha256=…; `ca.crt`, who vouches for the server.',
      ),
      events: atomicList(
        'Only these: attempts that ended (Applied, Failed, RolledBack), objects that differ with drift.mode Warn (Drifted), too many deletions at once (PruneBlocked), and whatever else needs a person (Stalled). Default is all of them.',
        { type: 'string', enum: [...NOTIFICATION_EVENTS] },
        { minItems: 1, maxItems: 16 },
      ),
    },
    {
      required: ['name'],
      'x-kubernetes-validations': [
        { rule: 'has(self.url) || has(self.secretRef)', message: 'give url, or secretRef with the key address' },
      ],
    },
  ),
  { maxItems: 8 },
);

export const commitStatus: StructuralSchema = object(
  'Set a status of the commit: pending, success or failure.',
  {
    provider: string('Whose API it is. Gitea is Forgejo, too.', { enum: ['GitHub', 'GitLab', 'Gitea'] }),
    address: httpUrl(
      'Base of the API; default is that of the host of the repository: https://api.github.com, https://HOST/api/v3 (GitHub Enterprise), https://HOST/api/v4 (GitLab), https://HOST/api/v1 (Gitea).',
    ),
    repository: string('`owner/name`, of GitLab the whole path of the project; default is that of source.git.url.', {
      pattern: '^[^/\\s]+(/[^/\\s]+)+$',
      maxLength: 1024,
    }),
    secretRef: secretName(
      'A Secret with `token` (or `password`), which may set statuses, and perhaps `ca.crt`, who vouches for the server.',
    ),
    context: string('Tells this status from those of others; default is sync/NAMESPACE/NAME.', {
      minLength: 1,
      maxLength: 255,
    }),
  },
  { required: ['provider', 'secretRef'] },
);

export const toldNotifications: StructuralSchema = atomicList(
  'What each server was told last, by marks that mean nothing else.',
  object(
    'One server.',
    {
      name: string('Its name.'),
      attempt: string('The attempt.'),
      drift: string('Objects that differ.'),
      brake: string('What the brake holds back.'),
      stall: string('What needs a person.'),
    },
    { required: ['name'] },
  ),
  { maxItems: 8 },
);

export const toldCommit: StructuralSchema = object('The status of a commit that was set last.', {
  commit: string('Of which commit.'),
  state: string('pending, success or failure.'),
  target: string('Stands for where it was set.'),
});
