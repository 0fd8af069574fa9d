/** Variables of a service: `environment` over `env_file`. */
import { resolve } from 'node:path';
import type { Field, Handlers } from '../book/field.ts';
import { parseDotenv, parseRawEnv } from '../compose/dotenv.ts';
import { readNamed } from '../compose/files.ts';
import { textOf } from '../compose/node.ts';
import { literal } from '../values.ts';
import type { ServiceDraft } from './draft.ts';

export const environmentKeys: Handlers<ServiceDraft> = {
  environment(field, draft) {
    const left: string[] = [];
    for (const [name, value] of field.pairs()) {
      if (value.node.type !== 'scalar') value.fail('the value of a variable is text, a number, true or false');
      const given = value.node.type === 'scalar' && !value.isNull ? textOf(value.node) : draft.c.variables.find(name);
      draft.environment.set(name, given);
      if (given === undefined) left.push(name);
    }
    const target = draft.at('spec.env');
    if (left.length === 0) field.to(target);
    else field.about(target, `${left.join(', ')} left out: without a value here, and not set in the environment`);
  },
  env_file(field, draft) {
    for (const item of field.items()) readEnvFile(item, draft);
    field.to(`${draft.at('spec.env')}, as the files are now`);
  },
};

function readEnvFile(item: Field, { c, envFiles }: ServiceDraft): void {
  const path = item.node.type === 'map' ? item.get('path') : item;
  if (path === undefined) return item.fail('the path is missing: write {path: FILE}');
  const required = item.node.type === 'map' ? (item.get('required')?.boolean() ?? true) : true;
  const format = item.node.type === 'map' ? item.get('format')?.text() : undefined;
  const shown = path.text();
  const absolute = resolve(path.node.origin.source.directory, shown);
  if (!required && c.files.typeOf(absolute) === undefined) return;
  const text = Buffer.from(readNamed(c.files, absolute, shown, path.node.origin)).toString('utf8');
  if (format !== undefined && format !== 'raw') item.fail(`format: there is raw, and not ${JSON.stringify(format)}`);
  envFiles.push(format === 'raw' ? parseRawEnv(text) : parseDotenv(text, shown, c.variables));
}

export function putEnvironment({ spec, envFiles, environment }: ServiceDraft): void {
  const all = new Map<string, string | undefined>();
  for (const file of envFiles) for (const [name, value] of file) all.set(name, value);
  for (const [name, value] of environment) all.set(name, value);
  const env = [...all].flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: literal(value) }]));
  if (env.length > 0) spec.env = env;
}
