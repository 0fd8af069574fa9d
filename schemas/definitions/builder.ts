import type { KindDefinition } from '../kind-definition.ts';
import { secretName } from './build-context.ts';
import {
  atomicList,
  boolean,
  conditions,
  integer,
  nodeName,
  nodeNameRule,
  object,
  observedGeneration,
  quantity,
  string,
} from './fragments.ts';

const duration = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$|^0$';

export const builder: KindDefinition = {
  group: 'tsmoby.dev',
  version: 'v1alpha1',
  kind: 'Builder',
  listKind: 'BuilderList',
  plural: 'builders',
  singular: 'builder',
  shortNames: ['bldr'],
  categories: ['tsmoby'],
  scope: 'Cluster',
  subresources: ['status'],
  builtin: false,
  finalizer: 'tsmoby.dev/builder',
  placed: true,
  selectableFields: [],
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.status.type' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Building', type: 'integer', jsonPath: '.status.activeBuilds' },
    { name: 'Cache', type: 'string', jsonPath: '.status.cache.size' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Endpoint', type: 'string', jsonPath: '.status.endpoint', priority: 1 },
    { name: 'Platforms', type: 'string', jsonPath: '.status.platforms', priority: 1 },
  ],
  schema: {
    type: 'object',
    description: 'A BuildKit: one that is there, or one that tsmoby runs itself.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec: object(
        'Where it is. Without endpoint and managed: whichever is found, buildkitd first, then dockerd, then a managed one.',
        {
          nodeName,
          endpoint: string(
            '`unix:///run/buildkit/buildkitd.sock`, `tcp://host:port`, or `docker:///var/run/docker.sock` for the BuildKit inside dockerd.',
            { pattern: '^(unix:///|tcp://[^/]+:[0-9]+$|docker:///)', maxLength: 1024 },
          ),
          tls: object(
            'For tcp.',
            {
              secretRef: secretName(
                'A Secret of namespace tsmoby-system with `ca.crt`, and `tls.crt` and `tls.key` where the server asks who we are.',
              ),
              serverName: string('The name in its certificate; default is the host of the endpoint.', { minLength: 1 }),
            },
            { required: ['secretRef'] },
          ),
          managed: boolean(
            'tsmoby runs it when a Build needs it: buildkitd or dockerd as a program of this machine, whichever is on PATH, else, or where `image` is given, buildkitd in a Container.',
          ),
          image: string(
            'Run a managed one in a Container of this image, whatever programs there are. Without it a Container is only for a machine that has neither program; its image is `docker.io/moby/buildkit:latest`.',
            { minLength: 1, maxLength: 1024 },
          ),
          idleTimeout: string('A managed builder that had nothing to do for so long is stopped; 0 is never.', {
            pattern: duration,
            default: '10m',
          }),
          maxParallelBuilds: integer('Builds at once; further ones wait their turn.', {
            minimum: 1,
            maximum: 256,
            default: 4,
          }),
          prunePolicy: object(
            'What is kept of the build cache. Without it the builder decides by itself.',
            {
              keepStorage: quantity('The most that the cache may take; what was not used for longest goes first.'),
              keepDuration: string('What was not used for so long goes (`168h`).', { pattern: duration }),
              interval: string('How often.', { pattern: duration, default: '1h' }),
            },
            {
              'x-kubernetes-validations': [
                {
                  rule: 'has(self.keepStorage) || has(self.keepDuration)',
                  message: 'give keepStorage, keepDuration, or both: without them all of the cache would go',
                },
              ],
            },
          ),
        },
        {
          default: {},
          'x-kubernetes-validations': [
            nodeNameRule,
            {
              rule: '!(has(self.endpoint) && has(self.managed) && self.managed)',
              message: 'give endpoint or managed, not both',
              fieldPath: '.endpoint',
            },
            {
              rule: "!has(self.tls) || (has(self.endpoint) && self.endpoint.startsWith('tcp://'))",
              message: 'tls is for a tcp endpoint',
              fieldPath: '.tls',
            },
          ],
        },
      ),
      status: object('What was found.', {
        observedGeneration,
        conditions,
        type: string('Buildkitd, Dockerd, or Managed with what runs it: `Managed (dockerd)`, `Managed (container)`.'),
        endpoint: string('Where it is reached.'),
        version: string('What it says of itself.'),
        workers: atomicList(
          'Its workers; builds go to the first.',
          object('One worker.', {
            id: string('Its id.'),
            executor: string('containerd, oci, or graphdriver in an old dockerd.'),
            platforms: atomicList('What it builds for.', { type: 'string' }),
          }),
        ),
        platforms: string('What it builds for, in one line.'),
        exporters: atomicList('The ways in which a result leaves it.', { type: 'string' }),
        landing: string(
          "How an image gets into this machine's store: ContentStore (only what is missing moves), Archive, or DockerArchive.",
        ),
        sharesContainerd: boolean('It stores in the containerd of this daemon: nothing moves at all.'),
        containerdNamespace: string('Its namespace in containerd.'),
        cache: object('Its build cache, as last asked.', {
          records: integer('How many.'),
          sizeBytes: integer('Bytes of all.'),
          size: string('The same for people.'),
          reclaimableBytes: integer('Bytes that nothing uses now.'),
        }),
        activeBuilds: integer('Builds that run on it now.'),
        lastUsedTime: string('When a managed builder last had something to do, or was asked for.', {
          format: 'date-time',
        }),
        lastPrune: object('When the cache was last pruned by its policy.', {
          time: string('When.', { format: 'date-time' }),
          reclaimedBytes: integer('Bytes that were freed.'),
        }),
      }),
    },
  },
};
