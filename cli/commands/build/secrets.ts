/** Secrets and keys of a build: they go into a Secret object that the Build refers to. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BuildSecret, BuildSsh } from '../../../schemas/gen/types.ts';
import { CommandError, UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { fieldsOf, pairOf } from './fields.ts';
import type { BuildFlags } from './flags.ts';

type Surroundings = Pick<Io, 'cwd' | 'env'>;

export interface SecretFields {
  readonly secrets: readonly BuildSecret[];
  readonly ssh: readonly BuildSsh[];
  /** Of the Secret object, in base64; empty: none is needed. */
  readonly data: Readonly<Record<string, string>>;
}

/** Reads what `--secret` and `--ssh` name. `name` is that of the Secret. Rejects with UsageError, CommandError. */
export async function secretFields(
  flags: Pick<BuildFlags, 'secret' | 'ssh'>,
  name: string,
  io: Surroundings,
): Promise<SecretFields> {
  const data: Record<string, string> = {};
  const put = (key: string, bytes: Uint8Array): { readonly name: string; readonly key: string } => {
    data[key] = Buffer.from(bytes).toString('base64');
    return { name, key };
  };
  const keys = new Map<string, string>();
  const secrets: BuildSecret[] = [];
  for (const text of flags.secret) {
    const { id, bytes } = await readSecret(text, io);
    secrets.push({ id, secretKeyRef: put(keyOf('secret', id, keys), bytes) });
  }
  const ssh: BuildSsh[] = [];
  for (const text of flags.ssh) {
    const { name: id, value } = pairOf('ssh', text);
    const key = keyOf('ssh', id, keys);
    const path = value === undefined ? io.env['SSH_AUTH_SOCK'] : resolve(io.cwd, value);
    if (path === undefined || path === '')
      throw new CommandError(
        `--ssh ${text}: there is no agent, $SSH_AUTH_SOCK is empty: start one, or name a key: --ssh ${id}=FILE`,
      );
    const found = await orExplain(`--ssh ${text}`, stat(path));
    if (found.isSocket()) ssh.push({ id, agentSocket: path });
    else ssh.push({ id, secretKeyRef: put(key, await orExplain(`--ssh ${text}`, readFile(path))) });
  }
  return { secrets, ssh, data };
}

/** A key of a Secret has few signs. Throws UsageError for one that another id has: `ids` are those so far, by their keys. */
function keyOf(flag: 'secret' | 'ssh', id: string, ids: Map<string, string>): string {
  const key = `${flag}.${id.replaceAll(/[^-._a-zA-Z0-9]/g, '_')}`;
  const other = ids.get(key);
  if (other === id) throw new UsageError(`--${flag}: the id "${id}" is given twice`);
  if (other !== undefined)
    throw new UsageError(`--${flag}: the ids "${other}" and "${id}" are too much alike: both would be key "${key}"`);
  ids.set(key, id);
  return key;
}

/** `id=ID,src=FILE`, `id=ID,env=VARIABLE`; `id=ID` alone is the variable of this name, else the file. */
async function readSecret(
  text: string,
  io: Surroundings,
): Promise<{ readonly id: string; readonly bytes: Uint8Array }> {
  const fields = fieldsOf('secret', text, ['id', 'src', 'source', 'env', 'type']);
  const { id = '', type = '' } = fields;
  if (id === '') throw new UsageError(`--secret ${text}: id is missing: id=ID,src=FILE or id=ID,env=VARIABLE`);
  const source = fields['src'] ?? fields['source'];
  const variable = fields['env'] ?? (type === 'env' ? (source ?? id) : undefined);
  const value = io.env[variable ?? id];
  if (variable !== undefined || (source === undefined && type !== 'file' && value !== undefined)) {
    if (value === undefined)
      throw new CommandError(`--secret ${text}: there is no variable ${variable ?? id} in the environment`);
    return { id, bytes: Buffer.from(value) };
  }
  return { id, bytes: await orExplain(`--secret ${text}`, readFile(resolve(io.cwd, source ?? id))) };
}

async function orExplain<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : message;
    throw new CommandError(`${what}: ${why}`, { cause: error });
  }
}
