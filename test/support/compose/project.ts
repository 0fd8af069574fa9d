/** A Compose file of a test: what is looked at stands beside its services, in keys that mean nothing to docker compose. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeYaml } from '../../../schemas/text/yaml.ts';

export interface Asked {
  readonly name: string;
  readonly directory: string;
  /** For `${NAME}` in the file: free ports. */
  readonly env: Readonly<Record<string, string>>;
  readonly services: readonly AskedService[];
  /** `x-fetch`: asked from this machine. */
  readonly urls: readonly string[];
}

export interface AskedService {
  readonly name: string;
  /** `x-look`: what a shell in it is asked. */
  readonly look?: string;
  /** `x-ends`: it runs to an end. */
  readonly ends: boolean;
  /** Its containers. */
  readonly replicas: number;
}

interface ComposeFile {
  readonly 'x-fetch'?: readonly string[];
  readonly services: Readonly<
    Record<string, { readonly 'x-look'?: string; readonly 'x-ends'?: boolean; readonly scale?: number }>
  >;
}

export async function readProject(directory: string, env: Readonly<Record<string, string>>): Promise<Asked> {
  const text = await readFile(join(directory, 'compose.yaml'), 'utf8');
  const file = decodeYaml(text)[0]?.value as unknown as ComposeFile;
  const services = Object.entries(file.services).map(([name, service]) => ({
    name,
    ...(service['x-look'] === undefined ? {} : { look: service['x-look'].replaceAll('$$', () => '$') }),
    ends: service['x-ends'] ?? false,
    replicas: service.scale ?? 1,
  }));
  const filled = (url: string): string => url.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? '');
  return { name: basename(directory), directory, env, services, urls: (file['x-fetch'] ?? []).map(filled) };
}
