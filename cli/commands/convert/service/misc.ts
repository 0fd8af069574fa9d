/** Keys about the object more than about the process: labels, logs, images, replicas. */
import { resolve } from 'node:path';
import { convertKeys, type Field, type Handlers } from '../book/field.ts';
import { dropped } from '../book/dropped.ts';
import { parseDotenv } from '../compose/dotenv.ts';
import { readNamed } from '../compose/files.ts';
import { labelsOf } from '../project/labels.ts';
import { sizeOf } from '../values.ts';
import type { ServiceDraft } from './draft.ts';

export const miscKeys: Handlers<ServiceDraft> = {
  labels(field, draft) {
    const meta = labelsOf(field, draft.at('').trim());
    Object.assign(draft.labels, meta.labels);
    Object.assign(draft.annotations, meta.annotations);
  },
  annotations(field, draft) {
    Object.assign(draft.annotations, labelsOf(field, draft.at('').trim(), true).annotations);
  },
  label_file(field, draft) {
    for (const item of field.items()) {
      const path = resolve(item.node.origin.source.directory, item.text());
      const text = Buffer.from(readNamed(draft.c.files, path, item.text(), item.node.origin)).toString('utf8');
      for (const [key, value] of parseDotenv(text, item.text(), draft.c.variables)) draft.annotations[key] ??= value;
    }
    field.to(draft.at('metadata.annotations'));
  },
  logging(field, draft) {
    const driver = field.get('driver')?.text() ?? 'json-file';
    if (driver === 'none') return field.about(draft.at('spec.logging'), 'logs are kept, in files that rotate');
    if (!['json-file', 'local', 'journald'].includes(driver))
      return field.unsupported(
        `logs go to files of the daemon, not to ${driver}: read them with tsmoby logs -f, or have the process write there itself`,
      );
    if (driver === 'journald') field.about(draft.at('spec.logging'), 'logs go to files of the daemon, not to journald');
    return convertKeys(field, loggingKeys, draft);
  },
  platform(field, draft) {
    draft.platform = field.text();
    if (draft.plan.field.get('build') === undefined) field.to(`Image spec.platform, for ${draft.at('spec.image')}`);
    else field.to('Build spec.platforms');
  },
  pull_policy(field, draft) {
    const policy = field.text();
    const known = {
      always: 'Always',
      missing: 'IfNotPresent',
      if_not_present: 'IfNotPresent',
      never: 'Never',
    } as const;
    if (policy === 'build') return field.to('Build: it is always built');
    if (draft.plan.field.get('build') !== undefined) return field.ignored('the image is built');
    if (policy in known) {
      draft.spec.imagePullPolicy = known[policy as keyof typeof known];
      return field.to(draft.at('spec.imagePullPolicy'));
    }
    if (!/^(daily|weekly|every_.+)$/.test(policy))
      return field.fail(
        `there are always, missing, never, build, daily, weekly, every_TIME, and not ${JSON.stringify(policy)}`,
      );
    draft.spec.imagePullPolicy = 'IfNotPresent';
    return field.about(
      draft.at('spec.imagePullPolicy'),
      'IfNotPresent: ask again with the annotation tsmoby.dev/pull-request of an Image',
    );
  },
  scale(field, draft) {
    field.to(containersOf(draft));
  },
  profiles(field) {
    field.to('enabled, so it is converted');
  },
  attach: (field) => field.ignored('about the output of docker compose up: use tsmoby logs'),
  extends: (field) => field.ignored('carried out'),
  develop(field, draft) {
    convertKeys(field, { watch: (watch) => watchOf(watch, draft) }, draft);
  },
};

/** `Container/web`, `Container/web-1, Container/web-2`. */
export const containersOf = ({ plan }: ServiceDraft): string =>
  plan.names.map((name) => `Container/${name}`).join(', ') || 'no Container';

const loggingKeys: Handlers<ServiceDraft> = {
  driver(field, draft) {
    if (field.text() !== 'journald') field.to(`${draft.at('spec.logging')}: files that rotate`);
  },
  options(field, draft) {
    const size = field.get('max-size');
    const files = field.get('max-file');
    draft.spec.logging = {
      ...(size === undefined ? {} : { maxSize: sizeOf(size) }),
      ...(files === undefined ? {} : { maxFiles: Math.min(100, Math.max(1, files.integer())) }),
    };
    const others = field.entries().flatMap(([key]) => (['max-size', 'max-file'].includes(key) ? [] : [key]));
    if (others.length === 0) field.to(draft.at('spec.logging'));
    else field.about(draft.at('spec.logging'), `without ${others.join(', ')}`);
  },
};

function watchOf(field: Field, draft: ServiceDraft): void {
  for (const item of field.items()) {
    const action = item.get('action')?.text();
    if (!['rebuild', 'sync', 'sync+restart', 'restart', 'sync+exec', 'restart+sync'].includes(action ?? ''))
      item.fail('action: there are rebuild, sync, restart, sync+restart and sync+exec');
    dropped(item, ['action', 'path', 'ignore', 'include', 'target', 'exec', 'initial_sync']);
  }
  if (draft.plan.field.get('build') === undefined)
    field.unsupported('there is no build to make anew: mount the directory');
  else
    field.about(
      'Build spec.watch',
      'whatever is saved in the context and not in .dockerignore makes a new image, and the Container follows',
    );
}
