/** What a Build leaves behind: images, archives, files; and the cache and attestations that go with them. */
import type { StructuralSchema } from '../structural/schema.ts';
import { absolutePath, atomicList, boolean, object, string } from './fragments.ts';

const reference = (description: string): StructuralSchema => string(description, { minLength: 1, maxLength: 1024 });
const hostPath = (description: string): StructuralSchema => string(description, { pattern: absolutePath });
const insecure = boolean(
  'Allow plain HTTP and certificates that nobody vouches for. Registries on a loopback address may always speak HTTP.',
);

export const outputs: StructuralSchema = atomicList(
  'What to do with the result; default is one image in the store of this machine.',
  object(
    'One output.',
    {
      image: object('An image in the store of this machine, for Containers (`imageFrom`) and other Builds.', {}),
      push: object(
        'An image in a registry; credentials come from `imagePullSecrets`.',
        { reference: reference('Where to: `registry.example.com/team/app:1.4`.'), insecure },
        { required: ['reference'] },
      ),
      ociArchive: object(
        'A tar file in OCI layout.',
        { path: hostPath('Absolute path of the file. The daemon must allow it (`--allow-host-path`).') },
        { required: ['path'] },
      ),
      tar: object(
        'The files of the result as a tar file.',
        { path: hostPath('Absolute path of the file. The daemon must allow it (`--allow-host-path`).') },
        { required: ['path'] },
      ),
      directory: object(
        'The files of the result in a directory. Files that are there and not in the result stay.',
        { path: hostPath('Absolute path of the directory. The daemon must allow it (`--allow-host-path`).') },
        { required: ['path'] },
      ),
    },
    { minProperties: 1, maxProperties: 1 },
  ),
  { minItems: 1, maxItems: 16, default: [{ image: {} }] },
);

const mode = string('min: what the result itself needs; max: every step.', { enum: ['min', 'max'], default: 'min' });

export const cache: StructuralSchema = object('Build cache outside of the builder.', {
  from: atomicList(
    'Where steps that were built elsewhere are taken from.',
    object(
      'One source.',
      {
        registry: object(
          'A cache, or an image with an inline cache.',
          { reference: reference('Its reference.'), insecure },
          { required: ['reference'] },
        ),
        local: object('An OCI layout directory.', { path: hostPath('Absolute path.') }, { required: ['path'] }),
      },
      { minProperties: 1, maxProperties: 1 },
    ),
    { maxItems: 16 },
  ),
  to: atomicList(
    'Where the steps of this build are put.',
    object(
      'One target.',
      {
        registry: object(
          'A reference of its own.',
          { reference: reference('Its reference.'), insecure, mode },
          { required: ['reference'] },
        ),
        inline: object('Inside the image that is pushed.', {}),
        local: object(
          'An OCI layout directory; the daemon must allow it (`--allow-host-path`).',
          { path: hostPath('Absolute path.'), mode },
          { required: ['path'] },
        ),
      },
      { minProperties: 1, maxProperties: 1 },
    ),
    { maxItems: 16 },
  ),
});

export const attestations: StructuralSchema = object('Statements about the result that are stored with it.', {
  sbom: object('What is in it, found by a scanner image.', {
    generator: reference("The scanner's image; default is BuildKit's own choice."),
  }),
  provenance: object('How it was made.', { mode }),
});
