import type { KindDefinition } from '../kind-definition.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { secretName } from './build-context.ts';
import {
  atomicList,
  boolean,
  conditions,
  dnsLabel,
  integer,
  keyedList,
  object,
  observedGeneration,
  string,
  stringMap,
} from './fragments.ts';
import { commitStatus, notifications, toldCommit, toldNotifications } from './sync-notifications.ts';
import { source } from './sync-source.ts';
import { webhook, webhookPath } from './sync-webhook.ts';

const duration = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$|^0$';
const pointer = '^(/([^~/]|~0|~1)*)+$';
const name = (description: string): StructuralSchema => string(description, { minLength: 1, maxLength: 253 });

const target = {
  apiVersion: string('Only of this group and version.', { minLength: 1 }),
  kind: string('Only of this kind.', { minLength: 1 }),
  namespace: string('Only in this namespace.', { minLength: 1 }),
  name: string('Only with this name.', { minLength: 1 }),
};

const attempt = object('One application of one revision.', {
  revision: string('What was applied.'),
  digest: string('sha256 of all files that took part.'),
  startTime: string('When it began.', { format: 'date-time' }),
  durationMs: integer('Milliseconds that it took, health included.'),
  outcome: string('Applied, Failed or RolledBack.'),
  message: string('Why it failed.', { maxLength: 1024 }),
});

export const sync: KindDefinition = {
  group: 'tsmoby.dev',
  version: 'v1alpha1',
  kind: 'Sync',
  listKind: 'SyncList',
  plural: 'syncs',
  singular: 'sync',
  shortNames: [],
  categories: ['tsmoby'],
  scope: 'Namespaced',
  subresources: ['status'],
  builtin: false,
  finalizer: 'tsmoby.dev/sync',
  selectableFields: [],
  columns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Objects', type: 'integer', jsonPath: '.status.objects' },
    { name: 'Revision', type: 'string', jsonPath: '.status.lastAppliedRevision' },
    { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Message', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  schema: {
    type: 'object',
    description: 'A directory, repository or artifact of manifests that this machine follows by itself.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec: object(
        'What is followed, and how.',
        {
          source,
          path: string('The directory in the source with the manifests; default is all of it.', {
            pattern: '^[^/\\x00][^\\x00]*$',
            maxLength: 1024,
          }),
          interval: string(
            'How often the source is asked, and all files are compared with all objects; 0 is never. A watched source is compared at once when it changes, besides.',
            { pattern: duration, default: '1m' },
          ),
          targetNamespace: string('For objects that name no namespace; default is the namespace of this object.', {
            pattern: dnsLabel,
            maxLength: 63,
          }),
          prune: boolean('Delete what the files had and have no more.', { default: true }),
          deletionPolicy: string(
            'What becomes of the objects when this one is deleted: Prune (deleted) or Orphan (left).',
            {
              enum: ['Prune', 'Orphan'],
              default: 'Prune',
            },
          ),
          suspend: boolean('Leave everything as it is.'),
          dependsOn: keyedList(
            'Syncs of this namespace that must be ready first.',
            ['name'],
            object('One of them.', { name: name('Its name.') }, { required: ['name'] }),
            { maxItems: 64 },
          ),
          wait: boolean('Ready only when every object is, in `timeout`.', { default: true }),
          timeout: string('For objects to become healthy.', { pattern: duration, default: '5m' }),
          readyExprs: atomicList(
            'Other ideas of health than that of kstatus.',
            object(
              'For objects of one kind.',
              {
                apiVersion: string('Group and version.', { minLength: 1 }),
                kind: string('Kind.', { minLength: 1 }),
                expression: string('CEL over `object`; true is healthy. An error is not yet healthy.', {
                  minLength: 1,
                  maxLength: 4096,
                }),
              },
              { required: ['apiVersion', 'kind', 'expression'] },
            ),
            { maxItems: 32 },
          ),
          onFailure: string('Retry: try on. Revert: apply the last revision that was healthy again.', {
            enum: ['Retry', 'Revert'],
            default: 'Retry',
          }),
          drift: object(
            'Objects that somebody else changed.',
            {
              mode: string('Enforce: set back at once. Warn: tell of it, and set back when the files change.', {
                enum: ['Enforce', 'Warn'],
                default: 'Enforce',
              }),
              ignore: atomicList(
                'Fields that belong to others once the object is there.',
                object(
                  'Of which objects, and which fields.',
                  {
                    ...target,
                    pointers: atomicList(
                      'JSON pointers: `/spec/resources`, `/metadata/labels/a~1b`.',
                      {
                        type: 'string',
                        pattern: pointer,
                      },
                      { minItems: 1, maxItems: 64 },
                    ),
                  },
                  { required: ['pointers'] },
                ),
                { maxItems: 64 },
              ),
            },
            { default: {} },
          ),
          substitute: object(
            'Variables in texts of the files: `${VAR}`, `${VAR:-default}`, `${VAR:=default}`; `$${` stands for `${`. Without this nothing is substituted.',
            {
              vars: stringMap('Values.'),
              from: atomicList(
                'Every key of these is a variable; later ones win over earlier ones, and `vars` over all.',
                object(
                  'A ConfigMap or Secret of this namespace.',
                  {
                    kind: string('ConfigMap or Secret.', { enum: ['ConfigMap', 'Secret'] }),
                    name: name('Its name.'),
                    optional: boolean('It need not be there.'),
                  },
                  { required: ['kind', 'name'] },
                ),
                { maxItems: 16 },
              ),
              env: atomicList(
                "Variables of the daemon's environment that may be used.",
                { type: 'string', minLength: 1 },
                { maxItems: 64 },
              ),
              strict: boolean('A variable without value and default is an error; else it is empty.', { default: true }),
            },
          ),
          decryption: object(
            'Keys for encrypted files (SOPS with age, and age).',
            { secretRef: secretName('A Secret whose keys that end in `.agekey` hold age identities.') },
            { required: ['secretRef'] },
          ),
          webhook,
          notifications,
          commitStatus,
        },
        {
          required: ['source'],
          'x-kubernetes-validations': [
            {
              rule: '!has(self.commitStatus) || has(self.source.git)',
              message: 'only commits of a git repository have a status',
              fieldPath: '.commitStatus',
            },
          ],
        },
      ),
      status: object('What became of it.', {
        observedGeneration,
        conditions,
        objects: integer('How many objects it holds.'),
        files: integer('How many files they come from.'),
        lastAttemptedRevision: string('What was last tried.'),
        lastAttemptedDigest: string('sha256 of its files.'),
        lastAppliedRevision: string('What is applied.'),
        lastAppliedDigest: string('sha256 of its files.'),
        lastHealthyRevision: string('What was last applied and healthy.'),
        lastHealthyDigest: string('sha256 of its files.'),
        signer: string('Who signed what is applied.'),
        observedRequest: string('The last value of annotation tsmoby.dev/reconcile-request that was served.'),
        webhookPath,
        notifications: toldNotifications,
        commitStatus: toldCommit,
        pendingPrune: object('What the brake holds back.', {
          objects: integer('How many objects.'),
          digest: string('What `tsmoby sync approve` approves.'),
          examples: atomicList('Some of them, as kind/namespace/name.', { type: 'string' }, { maxItems: 10 }),
        }),
        drifted: atomicList(
          'In mode Warn: objects that differ, with the fields; at most 10.',
          { type: 'string' },
          { maxItems: 10 },
        ),
        history: atomicList('The last five attempts, newest first.', attempt, { maxItems: 5 }),
      }),
    },
  },
};
