import type { KindDefinition } from '../kind-definition.ts';
import {
  absolutePath,
  boolean,
  conditions,
  integer,
  object,
  observedGeneration,
  pullPolicy,
  pullSecrets,
  string,
} from './fragments.ts';

export const image: KindDefinition = {
  group: 'tsmoby.dev',
  version: 'v1alpha1',
  kind: 'Image',
  listKind: 'ImageList',
  plural: 'images',
  singular: 'image',
  shortNames: ['img'],
  categories: ['all', 'tsmoby'],
  scope: 'Namespaced',
  subresources: ['status'],
  builtin: false,
  finalizer: 'tsmoby.dev/image',
  selectableFields: ['spec.reference'],
  columns: [
    { name: 'Reference', type: 'string', jsonPath: '.status.reference' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Size', type: 'string', jsonPath: '.status.size' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Digest', type: 'string', jsonPath: '.status.digest', priority: 1 },
    { name: 'Platform', type: 'string', jsonPath: '.status.platform', priority: 1 },
  ],
  schema: {
    type: 'object',
    description:
      'An image that must be in the local image store: pulled from a registry, or read from an archive on this machine.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec: object(
        'Where the image comes from.',
        {
          reference: string(
            'Registry reference: `busybox`, `ghcr.io/org/app:1.2`, `host:5000/app@sha256:…`. With `archive`: the name that Containers of this namespace use for it.',
            { minLength: 1, maxLength: 1024 },
          ),
          pullPolicy: pullPolicy(
            'Always: ask the registry on every change of this object and on request. IfNotPresent: when it is not here. Never: use only what is here. Default: Always for the tag latest, else IfNotPresent.',
          ),
          imagePullSecrets: pullSecrets,
          platform: string('`os/arch` or `os/arch/variant`; default is this machine.', {
            pattern: '^[a-z0-9_]+/[a-z0-9_]+(/[a-z0-9_.]+)?$',
          }),
          insecure: boolean(
            'Allow plain HTTP and certificates that nobody vouches for. Registries on a loopback address may always speak HTTP.',
          ),
          archive: object(
            'Read the image from a file of this machine instead of a registry.',
            {
              path: string(
                'A tar file (plain, gzip, zstd) in OCI layout or `docker save` format, or an OCI layout directory.',
                {
                  pattern: absolutePath,
                },
              ),
              select: string('Which image of several in the file: its tag, name or digest.', { minLength: 1 }),
            },
            { required: ['path'] },
          ),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: 'has(self.reference) || has(self.archive)',
              message: 'give a registry reference or an archive',
              reason: 'FieldValueRequired',
              fieldPath: '.reference',
            },
          ],
        },
      ),
      status: object('What is in the store.', {
        observedGeneration,
        conditions,
        reference: string('The full reference, registry host and tag filled in.'),
        digest: string('What the reference resolved to: digest of the index or manifest.'),
        manifestDigest: string('Digest of the manifest for `platform`.'),
        chainId: string('Chain id of the unpacked layers.'),
        snapshotter: string('The snapshotter that holds the unpacked layers.'),
        platform: string('`os/arch[/variant]` of the manifest.'),
        recordName: string("Name of the record in the runtime's image store."),
        sizeBytes: integer('Compressed size of all blobs, in bytes.'),
        size: string('The same for people: `4.3 MB`.'),
        lastPullTime: string('When the registry was last asked, or the archive read.', { format: 'date-time' }),
        observedPullRequest: string('The last value of annotation tsmoby.dev/pull-request that was served.'),
        sourceFingerprint: string('What the stored image was made from; another value means another pull or load.'),
        progress: object('While it is being fetched.', {
          phase: string('Resolving, Downloading or Unpacking.'),
          completedBytes: integer('Bytes that are here.'),
          totalBytes: integer('Bytes there will be.'),
          layers: integer('Number of layers.'),
          layersDone: integer('Layers that are complete.'),
        }),
      }),
    },
  },
};
