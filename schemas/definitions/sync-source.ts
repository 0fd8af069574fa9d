/** Where a Sync's manifests come from. */
import type { StructuralSchema } from '../structural/schema.ts';
import { secretName } from './build-context.ts';
import { absolutePath, boolean, object, string } from './fragments.ts';

const refName = (description: string): StructuralSchema => string(description, { minLength: 1, maxLength: 255 });

const directory = object(
  'A directory of this machine; it is watched.',
  {
    path: string('Absolute path; in a manifest it may be relative, and counts from there.', { pattern: absolutePath }),
  },
  { required: ['path'] },
);

const git = object(
  'A git repository, fetched by the git program of this machine. One on this machine is watched.',
  {
    url: string('`https://`, `http://`, `ssh://`, `git://`, `file://`, `user@host:path`, or an absolute path.', {
      minLength: 1,
      maxLength: 2048,
    }),
    ref: object(
      'What of it; default is the branch that its HEAD names.',
      {
        branch: refName('The newest commit of this branch.'),
        tag: refName('This tag.'),
        semver: refName(
          'The highest tag in this range: `>=1.2.0 <2`, `~1.4`, `1.x`. Pre-releases only where the range names one.',
        ),
        commit: string('This commit.', { pattern: '^[0-9a-f]{40}([0-9a-f]{24})?$' }),
      },
      { maxProperties: 1 },
    ),
    submodules: boolean('Fetch submodules, too.'),
    secretRef: secretName(
      'A Secret of type kubernetes.io/basic-auth (a token is the password), or kubernetes.io/ssh-auth with `ssh-privatekey`, and `known_hosts` where the host has to be one of those.',
    ),
    verify: object(
      'Apply only what one of these has signed.',
      {
        mode: string('What has to be signed: the commit, or the tag that `ref` chose.', {
          enum: ['Commit', 'Tag'],
          default: 'Commit',
        }),
        secretRef: secretName(
          'A Secret with public keys: every key of it that ends in `.asc` or `.gpg` is one for gpg, every other one for ssh (a public key, or lines of an allowed_signers file).',
        ),
      },
      { required: ['secretRef'] },
    ),
  },
  { required: ['url'] },
);

const oci = object(
  'An artifact of a registry, as `flux push artifact` or `oras push` make it: its first tar layer.',
  {
    reference: string('Registry reference with a tag or digest; default is the tag latest.', {
      minLength: 1,
      maxLength: 1024,
    }),
    semver: refName('The highest tag in this range instead.'),
    insecure: boolean('Allow plain HTTP and certificates that nobody vouches for.'),
    secretRef: secretName('A Secret of type kubernetes.io/dockerconfigjson.'),
  },
  { required: ['reference'] },
);

export const source: StructuralSchema = object(
  'Where the files come from.',
  { directory, git, oci },
  { minProperties: 1, maxProperties: 1 },
);
