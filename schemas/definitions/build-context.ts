/** Where the files of a Build come from: its context, and named ones beside it. */
import type { StructuralSchema } from '../structural/schema.ts';
import { absolutePath, boolean, keyedList, object, string } from './fragments.ts';

const imageReference = (description: string): StructuralSchema =>
  string(description, { minLength: 1, maxLength: 1024 });

export const secretName = (description: string): StructuralSchema =>
  object(
    description,
    { name: string('Name of the Secret.', { minLength: 1, maxLength: 253 }) },
    { required: ['name'], 'x-kubernetes-map-type': 'atomic' },
  );

/** Of a path inside a context. */
const relativePath = '^[^/\\x00][^\\x00]*$';

const directory = object(
  'A directory of this machine. What .dockerignore leaves out takes no part.',
  {
    path: string('Absolute path; in a manifest it may be relative, and counts from there.', { pattern: absolutePath }),
  },
  { required: ['path'] },
);

const git = object(
  'A git repository, fetched by the git program of this machine.',
  {
    url: string('`https://`, `http://`, `ssh://`, `git://`, `file://`, `user@host:path`, or an absolute path.', {
      minLength: 1,
      maxLength: 2048,
    }),
    ref: string(
      'Branch, tag or commit; default is the HEAD of the repository. A branch is asked for at `contextPolicy.interval`.',
      {
        minLength: 1,
        maxLength: 255,
      },
    ),
    subdirectory: string('The directory in it that is the context.', { pattern: relativePath }),
    submodules: boolean('Fetch submodules, too; default true.'),
    secretRef: secretName(
      'A Secret of type kubernetes.io/basic-auth (a token is the password), or kubernetes.io/ssh-auth with `ssh-privatekey`, and `known_hosts` where the host has to be one of those.',
    ),
  },
  { required: ['url'] },
);

const http = object(
  'A tar archive (plain, gzip, bzip2, xz or zstd) behind a URL, unpacked on this machine.',
  {
    url: string('`https://` or `http://`.', { pattern: '^https?://', maxLength: 2048 }),
    digest: string('Refuse any other content; without it the URL is asked at `contextPolicy.interval`.', {
      pattern: '^sha256:[0-9a-f]{64}$',
    }),
    secretRef: secretName('A Secret of type kubernetes.io/basic-auth for the server.'),
  },
  { required: ['url'] },
);

/** One of several; none of them is an empty context. */
export const context: StructuralSchema = object(
  'The files that COPY and ADD see. Without one there are none.',
  {
    directory,
    git,
    http,
    inline: object(
      'Files that stand here.',
      {
        files: keyedList(
          'The files.',
          ['path'],
          object(
            'One file: its content as text, or as base64.',
            {
              path: string('Relative path, without `..`.', { pattern: relativePath, maxLength: 1024 }),
              content: string('Text.'),
              binaryContent: string('Bytes in base64.', { format: 'byte' }),
              executable: boolean('Mode 0755 instead of 0644.'),
            },
            { required: ['path'] },
          ),
          { maxItems: 256 },
        ),
      },
      { required: ['files'] },
    ),
  },
  { maxProperties: 1 },
);

export const namedContexts: StructuralSchema = keyedList(
  'Further sources that FROM, COPY --from and RUN --mount=from= may name. They also stand in for an image of that name.',
  ['name'],
  object(
    'One of them, from one source.',
    {
      name: string('What the Dockerfile calls it: a name, or an image reference.', { minLength: 1, maxLength: 1024 }),
      build: object(
        'The result of another Build of this namespace; a new result is a new build here.',
        { name: string('Its name.', { minLength: 1, maxLength: 253 }) },
        { required: ['name'] },
      ),
      image: object(
        'An Image of this namespace.',
        { name: string('Its name.', { minLength: 1, maxLength: 253 }) },
        { required: ['name'] },
      ),
      directory,
      git,
      http,
      ociLayout: object(
        'An image in an OCI layout directory of this machine.',
        {
          path: string('Absolute path; in a manifest it may be relative.', { pattern: absolutePath }),
          digest: string('Which image of several: digest of its index or manifest.', {
            pattern: '^sha256:[0-9a-f]{64}$',
          }),
          tag: string('Which image of several: its tag.', { minLength: 1 }),
        },
        { required: ['path'] },
      ),
      reference: imageReference('An image of a registry.'),
    },
    { required: ['name'], minProperties: 2, maxProperties: 2 },
  ),
  { maxItems: 64 },
);
