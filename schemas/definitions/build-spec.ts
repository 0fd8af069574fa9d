/** The spec of a Build: everything that goes into a BuildKit solve, and when it is made anew. */
import { BUILD_ENTITLEMENTS } from '../values/build-entitlements.ts';
import { context, namedContexts } from './build-context.ts';
import { attestations, cache, outputs } from './build-outputs.ts';
import { hostAlias } from './container-names.ts';
import { keySelector } from './container-spec.ts';
import {
  absolutePath,
  atomicList,
  boolean,
  integer,
  keyedList,
  nodeName,
  nodeNameRule,
  object,
  pullSecrets,
  quantity,
  string,
  stringMap,
} from './fragments.ts';
import { ulimits } from './ulimits.ts';

const duration = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$|^0$';

export const buildSpec = object(
  'What is built, from what, and what becomes of it.',
  {
    nodeName,
    builderName: string('The Builder that does it.', { minLength: 1, maxLength: 253, default: 'default' }),
    reference: string(
      'What Containers (`image`) and Builds (FROM) of this namespace call the result: `app:dev`. It is pushed nowhere.',
      { minLength: 1, maxLength: 1024 },
    ),
    context,
    dockerfile: object(
      'The Dockerfile, or what the front end reads instead.',
      {
        path: string('Path of it in the context, or an absolute path of this machine.', {
          minLength: 1,
          default: 'Dockerfile',
        }),
        inline: string('Its text, instead of a file.', { minLength: 1 }),
      },
      { default: {} },
    ),
    frontend: object(
      'The program that reads it. A `# syntax=` line of a Dockerfile chooses one as well.',
      {
        name: string('dockerfile.v0 is part of BuildKit; gateway.v0 runs the image `source`.', {
          enum: ['dockerfile.v0', 'gateway.v0'],
          default: 'dockerfile.v0',
        }),
        source: string('Reference of the image of a front end.', { minLength: 1, maxLength: 1024 }),
        options: stringMap('Attributes for the front end, as they are.', { maxProperties: 256 }),
      },
      {
        default: {},
        'x-kubernetes-validations': [
          {
            rule: "has(self.source) == (has(self.name) && self.name == 'gateway.v0')",
            message: 'gateway.v0 and source go together',
            fieldPath: '.source',
          },
        ],
      },
    ),
    args: keyedList(
      'Values for ARG. They stand in the history of the image: secrets go to `secrets`.',
      ['name'],
      object(
        'One argument.',
        {
          name: string('Its name.', { minLength: 1, pattern: '^[^=\\x00]+$' }),
          value: string('Its value; default is empty.'),
          valueFrom: object(
            'Where its value comes from.',
            { configMapKeyRef: keySelector('ConfigMap') },
            { minProperties: 1, maxProperties: 1 },
          ),
        },
        {
          required: ['name'],
          'x-kubernetes-validations': [
            { rule: '!(has(self.value) && has(self.valueFrom))', message: 'give value or valueFrom, not both' },
          ],
        },
      ),
      { maxItems: 256 },
    ),
    target: string('The stage to build; default is the last one.', { minLength: 1 }),
    platforms: atomicList(
      '`os/arch` or `os/arch/variant`; default is that of the machine. Several make an index; Containers get that of the machine.',
      { type: 'string', pattern: '^[a-z0-9_]+/[a-z0-9_]+(/[a-z0-9_.]+)?$' },
      { maxItems: 16 },
    ),
    labels: stringMap('Labels of the image.', { maxProperties: 256 }),
    contexts: namedContexts,
    secrets: keyedList(
      'What RUN --mount=type=secret,id=… sees. A changed value is a new build.',
      ['id'],
      object(
        'One secret.',
        {
          id: string('What the Dockerfile calls it.', { minLength: 1, maxLength: 253 }),
          secretKeyRef: keySelector('Secret'),
        },
        { required: ['id', 'secretKeyRef'] },
      ),
      { maxItems: 64 },
    ),
    ssh: keyedList(
      'What RUN --mount=type=ssh,id=… talks to.',
      ['id'],
      object(
        'An agent, or keys for one that lives as long as the build. Just one of the two.',
        {
          id: string('What the Dockerfile calls it; `default` when it names none.', {
            minLength: 1,
            default: 'default',
          }),
          agentSocket: string('Absolute path of the socket of an agent.', { pattern: absolutePath }),
          secretKeyRef: keySelector('Secret'),
        },
        {
          'x-kubernetes-validations': [
            { rule: 'has(self.agentSocket) != has(self.secretKeyRef)', message: 'give agentSocket or secretKeyRef' },
          ],
        },
      ),
      { maxItems: 16 },
    ),
    network: string(
      'Of RUN steps. Default: as the builder has it. Host: that of the machine, for which entitlement network.host is needed.',
      { enum: ['Default', 'None', 'Host'], default: 'Default' },
    ),
    hostAliases: atomicList(
      'Further lines of /etc/hosts in RUN steps.',
      hostAlias(string('The address.', { minLength: 1, format: 'ip' })),
      { maxItems: 128 },
    ),
    ulimits: ulimits('Limits of the processes of RUN steps.'),
    shmSize: quantity('Size of /dev/shm in RUN steps.'),
    noCache: boolean('Run every step.'),
    noCacheStages: atomicList('Run every step of these stages.', { type: 'string', minLength: 1 }, { maxItems: 64 }),
    pullPolicy: string(
      'Of base images. Always: the registry is asked at every build, even for what an Image or a Build of this namespace holds.',
      {
        enum: ['Always', 'IfNotPresent'],
        default: 'IfNotPresent',
      },
    ),
    imagePullSecrets: pullSecrets,
    insecureRegistries: atomicList(
      'Hosts (`host:port`) with plain HTTP, or certificates that nobody vouches for, when base images are asked for.',
      { type: 'string', minLength: 1 },
      { maxItems: 16 },
    ),
    cache,
    attestations,
    entitlements: atomicList(
      'What the build may do beyond a sandbox; the daemon must allow it (`--allow-build-entitlement`).',
      { type: 'string', enum: [...BUILD_ENTITLEMENTS] },
      { maxItems: BUILD_ENTITLEMENTS.length },
    ),
    activeDeadlineSeconds: integer('How long one build may take.', { minimum: 1, maximum: 86_400, default: 3600 }),
    backoffLimit: integer(
      'How often a build that failed by its own steps is tried again, before a change is waited for. What is not its fault (a builder or registry that is away) is always tried again.',
      { minimum: 0, maximum: 100, default: 0 },
    ),
    outputs,
    basePolicy: object(
      'When a base image that changed in its registry makes a new build.',
      {
        interval: string('How often its tags are asked for (`10m`, `24h`); 0 is never.', {
          pattern: duration,
          default: '1h',
        }),
      },
      { default: {} },
    ),
    contextPolicy: object(
      'When a changed context makes a new build.',
      {
        interval: string(
          'How often it is looked at (`30s`, `5m`); 0 is never, but for a changed spec and on request.',
          {
            pattern: duration,
            default: '1m',
          },
        ),
      },
      { default: {} },
    ),
    watch: boolean('Build at once when a file of a context directory was saved.'),
    suspend: boolean('Build nothing; what is there stays.'),
    historyLimit: integer(
      'How many results are kept besides the one in use, and those that Containers run or may be taken back to.',
      { minimum: 0, maximum: 50, default: 3 },
    ),
    revertTo: integer(
      'Number of a result in `status.history` that is to be used instead of the newest; nothing is built until it is taken away.',
      { minimum: 1 },
    ),
  },
  {
    default: {},
    'x-kubernetes-validations': [
      nodeNameRule,
      {
        rule: '!has(self.outputs) || self.outputs.filter(o, has(o.image)).size() <= 1',
        message: 'one image output is enough',
        fieldPath: '.outputs',
      },
      {
        rule: "self.network != 'Host' || (has(self.entitlements) && 'network.host' in self.entitlements)",
        message: 'network Host needs the entitlement network.host',
        fieldPath: '.network',
      },
    ],
  },
);
