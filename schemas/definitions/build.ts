import type { KindDefinition } from '../kind-definition.ts';
import { buildSpec } from './build-spec.ts';
import { atomicList, boolean, conditions, integer, object, observedGeneration, string } from './fragments.ts';

const time = (description: string) => string(description, { format: 'date-time' });

const failure = object('Why it failed.', {
  reason: string('In a word, as in the conditions.'),
  transient: boolean('Not by its own fault: it is tried again by itself.'),
  message: string('What BuildKit said.'),
  step: string('The step.'),
  file: string('The file with the mistake, as the Dockerfile is named.'),
  line: integer('First line of it, from 1.'),
  endLine: integer('Last line of it.'),
  excerpt: string('Those lines and their neighbours, numbered.'),
});

const lastBuild = object('The newest build, whether it runs or has ended.', {
  number: integer('1, 2, 3, …; also that of its log.'),
  key: string('Digest of everything that goes in.'),
  cause: string('Why it was made.'),
  phase: string('Running, Succeeded, Failed, Cancelled, Superseded or Interrupted.'),
  generation: integer('The generation of the spec that it was begun for: another one is another chance.'),
  attempts: integer('How often this key was tried in a row.'),
  failures: integer('How many of these tries failed by its own fault: what `backoffLimit` is about.'),
  builder: string('Where it was tried: address and version of the builder.'),
  credentials: string('Digest of the versions of the Secrets for registries and ssh that it was tried with.'),
  startTime: time('When it began.'),
  completionTime: time('When it ended.'),
  duration: string('How long it took: `1m2.5s`.'),
  totalSteps: integer('Steps that are known.'),
  completedSteps: integer('Steps that are done, cached ones included.'),
  cachedSteps: integer('Steps whose result was there already.'),
  failure,
});

export const build: KindDefinition = {
  group: 'tsmoby.dev',
  version: 'v1alpha1',
  kind: 'Build',
  listKind: 'BuildList',
  plural: 'builds',
  singular: 'build',
  shortNames: ['bld'],
  categories: ['all', 'tsmoby'],
  scope: 'Namespaced',
  subresources: ['status'],
  builtin: false,
  finalizer: 'tsmoby.dev/build',
  placed: true,
  selectableFields: ['spec.reference', 'spec.builderName'],
  columns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Build', type: 'integer', jsonPath: '.status.lastBuild.number' },
    { name: 'Last', type: 'string', jsonPath: '.status.lastBuild.phase' },
    { name: 'Duration', type: 'string', jsonPath: '.status.lastBuild.duration' },
    { name: 'Size', type: 'string', jsonPath: '.status.size' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Digest', type: 'string', jsonPath: '.status.digest', priority: 1 },
    { name: 'Builder', type: 'string', jsonPath: '.spec.builderName', priority: 1 },
  ],
  schema: {
    type: 'object',
    description: 'An image, or files, that BuildKit makes, and makes anew when anything changes that goes into it.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec: buildSpec,
      status: object('What was built, and what is being built.', {
        observedGeneration,
        conditions,
        reference: string('The full form of `spec.reference`.'),
        number: integer('Number of the build whose result is in use.'),
        key: string('Digest of everything that went into it.'),
        digest: string('Digest of the index or manifest in use.'),
        manifestDigest: string("Digest of the manifest for this machine's platform."),
        chainId: string('Chain id of the unpacked layers.'),
        snapshotter: string('The snapshotter that holds the unpacked layers.'),
        platform: string('`os/arch[/variant]` of the manifest.'),
        recordName: string("Name of the record in the runtime's image store."),
        sizeBytes: integer('Compressed size of all blobs, in bytes.'),
        size: string('The same for people: `4.3 MB`.'),
        lastBuild,
        steps: atomicList(
          'Steps of the newest build: those that run or failed, then the latest; at most 50.',
          object('One step.', {
            name: string('As the front end calls it.'),
            cached: boolean('Its result was there already.'),
            running: boolean('It runs now.'),
            duration: string('How long it took.'),
            error: string('Why it failed.'),
          }),
        ),
        context: object('The context as it was last looked at.', {
          digest: string('Digest of all files that take part.'),
          revision: string('Commit of a git context, digest of an archive.'),
          files: integer('How many files take part.'),
          sizeBytes: integer('Their bytes.'),
          checkTime: time('When it was last looked at and had changed.'),
        }),
        bases: atomicList(
          'Base images, with the digests that count now.',
          object('One image.', {
            reference: string('Its reference.'),
            digest: string('What it stands for.'),
            source: string('Where that was found: Registry, or an object of the namespace such as `Image/base`.'),
          }),
        ),
        outputs: atomicList(
          'What the newest successful build left behind.',
          object('One output.', {
            type: string('image, push, ociArchive, tar or directory.'),
            target: string('Reference or path.'),
            digest: string('Digest of an image.'),
          }),
        ),
        warnings: atomicList(
          'What the linter of the front end said of the newest build; at most 20.',
          object('One warning.', {
            message: string('What is wrong.'),
            file: string('Where.'),
            line: integer('Line, from 1.'),
            url: string('Where it is explained.'),
          }),
        ),
        history: atomicList(
          'Results that are kept, newest first, the one in use included.',
          object('One result.', {
            number: integer('Number of its build.'),
            key: string('Digest of everything that went into it.'),
            digest: string('Digest of the index or manifest.'),
            manifestDigest: string("Digest of the manifest for this machine's platform."),
            recordName: string("Name of the record in the runtime's image store."),
            cause: string('Why it was built.'),
            completionTime: time('When it was done.'),
            duration: string('How long it took.'),
          }),
        ),
        observedBuildRequest: string('The last value of annotation tsmoby.dev/build-request that was served.'),
      }),
    },
  },
};
