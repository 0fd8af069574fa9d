/** Where the files of a build come from. */
import { resolve } from 'node:path';
import type { BuildContext, BuildContext1 } from '../../../../schemas/gen/types.ts';
import type { Field, Handlers } from '../book/field.ts';
import type { Conversion } from '../conversion.ts';
import { serviceNamed } from '../service/networks.ts';
import type { BuildDraft } from './draft.ts';

/** Tells a repository by its URL, as docker does. */
const GIT = /^(?:git:\/\/|ssh:\/\/|git@|github\.com\/)|^https?:\/\/[^#]+\.git(?:#|$)/;

type Source = Pick<BuildContext, 'directory' | 'git' | 'http'>;

export const buildSourceKeys: Handlers<BuildDraft> = {
  context(field, draft) {
    draft.spec.context = sourceOf(field.text(), field, draft.c);
    field.to(draft.at('spec.context'));
  },
  // beside the context, which may stand behind it
  dockerfile() {},
  dockerfile_inline(field, draft) {
    draft.spec.dockerfile = { inline: field.text() };
    field.to(draft.at('spec.dockerfile.inline'));
  },
  additional_contexts(field, draft) {
    draft.spec.contexts = field.pairs().map(([name, value]) => ({ name, ...namedSource(value, draft) }));
    field.to(draft.at('spec.contexts'));
  },
};

/** A directory, or the URL of a repository or archive. Throws ComposeError. */
export function sourceOf(text: string, field: Field, { files }: Conversion): Source {
  if (GIT.test(text)) return { git: gitOf(text) };
  if (/^https?:\/\//.test(text)) return { http: { url: text } };
  const path = resolve(field.node.origin.source.directory, text);
  const type = files.typeOf(path);
  if (type !== 'directory')
    field.fail(`the directory "${text}" is ${type === undefined ? 'not there' : 'none'} (looked for ${path})`);
  return { directory: { path } };
}

function gitOf(text: string): NonNullable<BuildContext['git']> {
  const [address = '', fragment = ''] = text.split('#', 2);
  const [ref = '', ...directory] = fragment.split(':');
  const subdirectory = directory.join(':').replace(/^\/+/, '');
  return {
    url: address.startsWith('github.com/') ? `https://${address}` : address,
    ...(ref === '' ? {} : { ref }),
    ...(subdirectory === '' ? {} : { subdirectory }),
  };
}

function namedSource(field: Field, { c }: BuildDraft): Omit<BuildContext1, 'name'> {
  const text = field.text();
  const [, scheme = '', rest = ''] = /^(docker-image|oci-layout|service):(?:\/\/)?(.*)$/.exec(text) ?? [];
  if (scheme === 'docker-image') return { reference: rest };
  if (scheme === 'oci-layout') return { ociLayout: { path: resolve(field.node.origin.source.directory, rest) } };
  if (scheme === 'service') {
    const plan = serviceNamed(c, rest, field);
    const name = c.buildFor(plan.key);
    return name === undefined
      ? field.fail(`service "${rest}" has no build, or one that needs this one`)
      : { build: { name } };
  }
  return sourceOf(text, field, c);
}
