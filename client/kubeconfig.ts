/** Reads kubeconfig files: as much of them as certificates and static tokens need. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { JsonObject, JsonValue } from '../schemas/object.ts';
import { isList, isObject } from '../schemas/structural/own.ts';
import { decodeYaml } from '../schemas/text/yaml.ts';
import type { Connection } from './http-transport.ts';

/** A kubeconfig that cannot be used; the message says why and where. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

export interface KubeconfigContext {
  readonly connection: Connection;
  /** The context's namespace. */
  readonly namespace: string | undefined;
}

/** Reads a context (by default the current one) of a file, with the certificates it points to. */
export async function readKubeconfig(file: string, context?: string): Promise<KubeconfigContext> {
  const [document] = decodeYaml(await readFile(file), { file });
  const config = new Reader(file, document?.value);
  const name = context ?? config.text(config.root, 'current-context');
  if (name === undefined) throw new KubeconfigError(`${file}: no current-context is set: name a context`);
  const chosen = config.entry('contexts', name, 'context');
  const cluster = config.entry('clusters', config.text(chosen, 'cluster') ?? '', 'cluster');
  const userName = config.text(chosen, 'user');
  const user = userName === undefined ? {} : config.entry('users', userName, 'user');
  for (const way of ['exec', 'auth-provider']) {
    if (user[way] !== undefined)
      throw new KubeconfigError(
        `${file}: user ${userName ?? ''} signs in by ${way}, which is not supported: use a certificate or token`,
      );
  }
  return {
    namespace: config.text(chosen, 'namespace'),
    connection: {
      server: config.text(cluster, 'server') ?? config.fail(`cluster of context ${name} has no server`),
      ...optional('ca', await config.pem(cluster, 'certificate-authority')),
      ...optional('cert', await config.pem(user, 'client-certificate')),
      ...optional('key', await config.pem(user, 'client-key')),
      ...optional('token', config.text(user, 'token') ?? (await config.file(user, 'tokenFile'))?.trim()),
      ...optional('serverName', config.text(cluster, 'tls-server-name')),
      insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'] === true,
    },
  };
}

const optional = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };

class Reader {
  readonly root: JsonObject;
  readonly #path: string;

  constructor(path: string, value: JsonValue | undefined) {
    this.#path = path;
    this.root = isObject(value) ? value : this.fail('is no kubeconfig');
  }

  fail(why: string): never {
    throw new KubeconfigError(`${this.#path}: ${why}`);
  }

  text(object: JsonObject, field: string): string | undefined {
    const value = object[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** `contexts[{name, context}]` and its like. */
  entry(list: string, name: string, member: string): JsonObject {
    const rows = this.root[list];
    const row = isList(rows) ? rows.find((one) => isObject(one) && one['name'] === name) : undefined;
    const value = isObject(row) ? row[member] : undefined;
    return isObject(value) ? value : this.fail(`${list} has no entry ${JSON.stringify(name)}`);
  }

  /** `<field>-data` in base64, or a file beside the kubeconfig. */
  async pem(object: JsonObject, field: string): Promise<string | undefined> {
    const data = this.text(object, `${field}-data`);
    return data === undefined ? this.file(object, field) : Buffer.from(data, 'base64').toString('utf8');
  }

  async file(object: JsonObject, field: string): Promise<string | undefined> {
    const path = this.text(object, field);
    return path === undefined ? undefined : readFile(resolve(dirname(this.#path), path), 'utf8');
  }
}
