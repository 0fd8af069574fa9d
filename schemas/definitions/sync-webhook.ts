/** Calls from outside that make a Sync look at its source at once. */
import type { StructuralSchema } from '../structural/schema.ts';
import { secretName } from './build-context.ts';
import { object, string } from './fragments.ts';

export const webhook: StructuralSchema = object(
  'Look at the source at once when the host of the repository or registry calls. Calls are taken where `tsmoby daemon --webhook-listen` listens, at the path in status.webhookPath.',
  {
    type: string(
      'Who calls, and so how calls are signed: GitHub (X-Hub-Signature-256), GitLab (X-Gitlab-Token), Gitea (X-Gitea-Signature; Forgejo, too), GenericHMAC (X-Signature: `sha256=` and the HMAC of the body), or Generic (not at all: who knows the path may call).',
      { enum: ['GitHub', 'GitLab', 'Gitea', 'GenericHMAC', 'Generic'] },
    ),
    secretRef: secretName(
      'A Secret whose key `token` is the secret that the other side signs with. The path is derived from it, too, so another token is another path.',
    ),
  },
  { required: ['type', 'secretRef'] },
);

export const webhookPath: StructuralSchema = string(
  'Where calls are taken. Whoever knows it may try to sign one, so it is told to nobody else.',
);
