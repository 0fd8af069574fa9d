/** `build` of a service into a Build, which its Containers follow. */
import { isAbsolute, relative, resolve } from 'node:path';
import type { BuildSpec } from '../../../../schemas/gen/types.ts';
import { attempt, convertKeys, Field } from '../book/field.ts';
import { asNamed } from '../compose/forms.ts';
import { PROJECT_LABEL, TSMOBY } from '../conversion.ts';
import type { ServiceDraft } from '../service/draft.ts';
import { buildCredentialKeys, putCredentials } from './credentials.ts';
import type { BuildDraft } from './draft.ts';
import { buildKeys } from './keys.ts';
import { buildSourceKeys, sourceOf } from './sources.ts';

/** Puts the Build among the manifests, unless another service has just the same one. Throws ComposeError. */
export function convertBuild(field: Field, service: ServiceDraft): void {
  const { c, plan } = service;
  const long = new Field(asNamed(field.node, 'context'), field.path, c.book, field.origin);
  const name = c.names.take('Build', plan.key);
  const draft: BuildDraft = { c, name, service, spec: {}, secretData: {}, at: (path) => `Build/${name} ${path}` };
  convertKeys(long, { ...buildKeys, ...buildSourceKeys, ...buildCredentialKeys }, draft);
  if (long.get('dockerfile_inline') === undefined) putDockerfile(long, draft);
  if (long.get('context') === undefined && long.get('dockerfile_inline') === undefined)
    attempt(c.book, () => (draft.spec.context = sourceOf('.', long, c)));
  if (service.platform !== undefined) draft.spec.platforms ??= [service.platform];
  if (service.plan.field.get('develop')?.get('watch') !== undefined) draft.spec.watch = true;
  putReference(draft);
  c.buildOf.set(plan.key, putOnce(draft));
}

/** The Dockerfile counts from the context; one outside of it is named by its whole path. */
function putDockerfile(long: Field, { spec, at }: BuildDraft): void {
  const file = long.get('dockerfile');
  if (file === undefined) return;
  const directory = spec.context?.directory?.path;
  const text = file.text();
  file.to(at('spec.dockerfile.path'));
  if (directory === undefined) {
    spec.dockerfile = { path: text };
    return;
  }
  const path = resolve(directory, text);
  const within = relative(directory, path);
  const isOutside = within.startsWith('..') || isAbsolute(within);
  spec.dockerfile = { path: isOutside ? path : within };
}

/** What the file calls the image is what other services and Dockerfiles call it, too. */
function putReference({ spec, service, c, name }: BuildDraft): void {
  const { image } = service;
  if (image === undefined) return;
  const field = service.plan.field.get('image');
  if (c.references.has(image)) {
    field?.about(`Build/${name}`, 'another Build has this reference; the Containers follow this one by its name');
    return;
  }
  spec.reference = image;
  field?.to(`Build/${name} spec.reference`);
}

/** One Build for all who build the same. */
function putOnce({ spec, c, name, secretData }: BuildDraft): string {
  const id = JSON.stringify([spec, secretData]);
  const known = c.builds.get(id) ?? c.builds.get(JSON.stringify([{ ...spec, reference: undefined }, secretData]));
  if (known !== undefined) return known;
  c.builds.set(id, name);
  if (spec.reference !== undefined) c.references.add(spec.reference);
  putCredentials({ c, name, secretData });
  const metadata = { name, labels: { [PROJECT_LABEL]: c.project } };
  const written: BuildSpec = spec;
  c.manifests.push({ apiVersion: TSMOBY, kind: 'Build', metadata, spec: written });
  return name;
}
