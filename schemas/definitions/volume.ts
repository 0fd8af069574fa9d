import type { KindDefinition } from '../kind-definition.ts';
import {
  absolutePath,
  boolean,
  conditions,
  fileMode,
  nodeName,
  nodeNameRule,
  object,
  observedGeneration,
  quantity,
  string,
} from './fragments.ts';

export const volume: KindDefinition = {
  group: 'tsmoby.dev',
  version: 'v1alpha1',
  kind: 'Volume',
  listKind: 'VolumeList',
  plural: 'volumes',
  singular: 'volume',
  shortNames: ['vol'],
  categories: ['all', 'tsmoby'],
  scope: 'Namespaced',
  subresources: ['status'],
  builtin: false,
  finalizer: 'tsmoby.dev/volume',
  placed: true,
  selectableFields: [],
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.status.type' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Reclaim', type: 'string', jsonPath: '.spec.reclaimPolicy' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Path', type: 'string', jsonPath: '.status.path', priority: 1 },
  ],
  schema: {
    type: 'object',
    description:
      'Storage that outlives containers: a directory that tsmoby owns, memory (tmpfs), or a directory of this machine.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec: object(
        'What the storage is. Without a source: a directory that tsmoby owns.',
        {
          nodeName,
          directory: object('A directory that tsmoby owns, in its data directory.', {
            mode: fileMode('Permission bits of the directory; default 0755 (493).'),
          }),
          tmpfs: object('Memory; empty again after a reboot.', {
            sizeLimit: quantity('The most it may hold; default is half of the memory of the machine.'),
            mode: fileMode('Permission bits of its root; default 0755 (493).'),
          }),
          hostPath: object(
            'A path of this machine, which the daemon must allow (`--allow-host-path`).',
            {
              path: string('Absolute path.', { pattern: absolutePath }),
              type: string('What must be there; `DirectoryOrCreate` and `FileOrCreate` make it. Empty: anything.', {
                enum: [
                  '',
                  'DirectoryOrCreate',
                  'Directory',
                  'FileOrCreate',
                  'File',
                  'Socket',
                  'CharDevice',
                  'BlockDevice',
                ],
              }),
            },
            { required: ['path'] },
          ),
          reclaimPolicy: string(
            'What happens to the data of a `directory` when this object is deleted. Retain: it stays, and a Volume of the same name finds it again.',
            { enum: ['Retain', 'Delete'], default: 'Retain' },
          ),
          populate: string(
            "Image: when the volume is empty at its first use, it gets the image's content at the mount path, owners and modes kept.",
            { enum: ['None', 'Image'], default: 'None' },
          ),
        },
        {
          default: {},
          'x-kubernetes-validations': [
            nodeNameRule,
            {
              rule: '[has(self.directory), has(self.tmpfs), has(self.hostPath)].filter(x, x).size() <= 1',
              message: 'give one of directory, tmpfs and hostPath',
            },
            {
              rule: 'has(self.tmpfs) == has(oldSelf.tmpfs) && has(self.hostPath) == has(oldSelf.hostPath)',
              message: 'the kind of storage is fixed: make another Volume',
              reason: 'FieldValueForbidden',
            },
            {
              rule: "!has(self.hostPath) || self.populate != 'Image'",
              message: 'a host path is never populated from an image',
              fieldPath: '.populate',
            },
          ],
        },
      ),
      status: object('What is there.', {
        observedGeneration,
        conditions,
        type: string('Directory, Tmpfs or HostPath.'),
        path: string('Where it is on this machine.'),
        populated: boolean('It was filled from an image, or was not empty when that was tried.'),
      }),
    },
  },
};
