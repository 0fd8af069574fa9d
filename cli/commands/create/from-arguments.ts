import { configMap } from '../../../schemas/definitions/config-map.ts';
import { namespace } from '../../../schemas/definitions/namespace.ts';
import { secret } from '../../../schemas/definitions/secret.ts';
import { findByTypedName } from '../../../schemas/kinds.ts';
import type { KindDefinition } from '../../../schemas/kind-definition.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { readEntries, type Entries, type EntryFlags } from './entries.ts';

interface CreateValues extends EntryFlags {
  readonly type: string | undefined;
  readonly 'docker-server': string;
  readonly 'docker-username': string | undefined;
  readonly 'docker-password': string | undefined;
}

interface Wanted {
  readonly kind: KindDefinition;
  readonly object: JsonObject & { readonly metadata: { readonly name: string } };
}

/** `namespace NAME`, `configmap NAME …`, `secret generic NAME …`. Rejects with UsageError, CommandError. */
export async function objectFromArguments(args: readonly string[], flags: CreateValues, io: Io): Promise<Wanted> {
  const [typed = '', ...rest] = args;
  switch (findByTypedName(typed)) {
    case namespace:
      return { kind: namespace, object: { metadata: { name: onlyName(rest) } } };
    case configMap:
      return {
        kind: configMap,
        object: { metadata: { name: onlyName(rest) }, ...textOrBytes(await readEntries(flags, io)) },
      };
    case secret:
      return { kind: secret, object: await secretObject(rest, flags, io) };
    default:
      throw new UsageError(
        `cannot create "${typed}" from arguments: only namespace, configmap and secret; others with -f FILE`,
      );
  }
}

function onlyName(rest: readonly string[]): string {
  const [name, extra] = rest;
  if (name === undefined) throw new UsageError('exactly one NAME is required, got 0');
  if (extra !== undefined) throw new UsageError(`exactly one NAME is required, got ${String(rest.length)}`);
  return name;
}

/** What is no UTF-8 goes into binaryData. */
function textOrBytes(entries: Entries): JsonObject {
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  for (const [key, bytes] of entries) {
    const text = bytes.toString('utf8');
    if (Buffer.from(text).equals(bytes)) data[key] = text;
    else binaryData[key] = bytes.toString('base64');
  }
  return {
    ...(Object.keys(data).length > 0 ? { data } : {}),
    ...(Object.keys(binaryData).length > 0 ? { binaryData } : {}),
  };
}

async function secretObject(
  [form = '', ...rest]: readonly string[],
  flags: CreateValues,
  io: Io,
): Promise<Wanted['object']> {
  if (form === 'generic') {
    const data = Object.fromEntries(
      [...(await readEntries(flags, io))].map(([key, bytes]) => [key, bytes.toString('base64')]),
    );
    return { metadata: { name: onlyName(rest) }, data, ...(flags.type === undefined ? {} : { type: flags.type }) };
  }
  if (form !== 'docker-registry') throw new UsageError('write "secret generic NAME" or "secret docker-registry NAME"');
  const { 'docker-server': server, 'docker-username': username, 'docker-password': given } = flags;
  if (username === undefined || given === undefined)
    throw new UsageError('secret docker-registry needs --docker-username and --docker-password');
  const password = given === '-' ? await readPassword(io) : given;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const config = JSON.stringify({ auths: { [server]: { username, password, auth } } });
  return {
    metadata: { name: onlyName(rest) },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
  };
}

async function readPassword(io: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) chunks.push(chunk);
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
