/** An archive behind a URL as a directory: `<place>/tree`, and what we know of where it came from. */
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { RuntimeError } from '../../../errors.ts';
import type { ContextSource, PreparedContext } from '../../../ports/build-contexts.ts';
import type { Host } from '../../../ports/host.ts';
import { download } from './download.ts';
import { ask, describeUrl, parseWebAddress, statusFailure, type WebAddress } from './request.ts';
import { unpack } from './unpack.ts';

export type HttpSource = Extract<ContextSource, { type: 'http' }>;

export interface HttpTools {
  readonly host: Host;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal | undefined;
  /** Default: 2 GiB. */
  readonly maxArchiveBytes?: number;
  /** Of what is in it; default 16 GiB. */
  readonly maxUnpackedBytes?: number;
}

/** Of what is unpacked here. */
interface State {
  /** Address and user; not the same: nothing that is known counts. */
  readonly source: string;
  /** sha256:… of the archive. */
  readonly digest: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

const defaultMaxBytes = 2 * 1024 ** 3;
const defaultMaxUnpacked = 16 * 1024 ** 3;

/** Statuses that servers have for HEAD although GET would do. */
const noHead: ReadonlySet<number> = new Set([400, 403, 405, 501]);

/** `place` is private. Rejects as the port says. */
export async function prepareHttp(place: string, source: HttpSource, tools: HttpTools): Promise<PreparedContext> {
  const address = parseWebAddress(source.url);
  const path = join(place, 'tree');
  const state = existsSync(path) ? await readState(place) : undefined;
  if (state !== undefined && state.digest === source.digest) return { path, revision: state.digest };
  const name = nameOf(address, source);
  const known = state?.source === name && source.digest === undefined ? state : undefined;
  const answer = await ask({
    method: 'GET',
    url: address.url,
    headers: { ...headersOf(address, source), ...conditionsOf(known) },
    ...tools,
  });
  if (answer.statusCode === 304 && known !== undefined) {
    answer.destroy();
    return { path, revision: known.digest };
  }
  const archive = join(place, 'archive');
  const digest = await downloadWanted(archive, address.url, answer, source, tools);
  try {
    if (digest !== state?.digest) await replaceTree(place, archive, tools);
  } finally {
    await rm(archive, { force: true });
  }
  await writeFile(join(place, 'state.json'), JSON.stringify({ source: name, digest, ...validatorsOf(answer) }));
  return { path, revision: digest };
}

/** The archive's digest where one is wanted, else what the server says changes with it; undefined when it says nothing. */
export async function httpRevision(source: HttpSource, tools: HttpTools): Promise<string | undefined> {
  if (source.digest !== undefined) return source.digest;
  const address = parseWebAddress(source.url);
  const answer = await ask({ method: 'HEAD', url: address.url, headers: headersOf(address, source), ...tools });
  const { statusCode = 0 } = answer;
  answer.destroy();
  if (noHead.has(statusCode)) return undefined;
  if (statusCode !== 200) throw statusFailure(address.url, statusCode);
  const { etag, lastModified } = validatorsOf(answer);
  return etag ?? lastModified;
}

async function downloadWanted(
  path: string,
  url: URL,
  answer: IncomingMessage,
  source: HttpSource,
  { maxArchiveBytes: maxBytes = defaultMaxBytes, signal }: HttpTools,
): Promise<string> {
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw statusFailure(url, answer.statusCode ?? 0);
  }
  const digest = await download({ url, answer, path, maxBytes, signal });
  if (source.digest === undefined || source.digest === digest) return digest;
  await rm(path, { force: true });
  throw new RuntimeError('Corrupt', `${describeUrl(url)}: its digest is ${digest} instead of ${source.digest}`, {
    reason: 'DigestMismatch',
  });
}

/** The old tree stays until the new one is whole. */
async function replaceTree(place: string, archive: string, tools: HttpTools): Promise<void> {
  const { host, signal, maxUnpackedBytes = defaultMaxUnpacked } = tools;
  const [tree, made, old] = ['tree', 'tree.new', 'tree.old'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [made, old]) await rm(path, { recursive: true, force: true });
  try {
    await unpack(host, archive, made, maxUnpackedBytes, signal);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
  await rm(join(place, 'state.json'), { force: true });
  if (existsSync(tree)) await rename(tree, old);
  await rename(made, tree);
  await rm(old, { recursive: true, force: true });
}

async function readState(place: string): Promise<State | undefined> {
  try {
    return JSON.parse(await readFile(join(place, 'state.json'), 'utf8')) as State;
  } catch {
    return undefined;
  }
}

function nameOf({ url, credentials }: WebAddress, source: HttpSource): string {
  return `${(source.credentials ?? credentials)?.username ?? ''} ${url.href}`;
}

function headersOf(address: WebAddress, source: HttpSource): Readonly<Record<string, string>> {
  const credentials = source.credentials ?? address.credentials;
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'tsmoby' };
  if (credentials === undefined) return headers;
  const basic = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  return { ...headers, authorization: `Basic ${basic}` };
}

function conditionsOf(known: State | undefined): Readonly<Record<string, string>> {
  return {
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
}

function validatorsOf({ headers }: IncomingMessage): { readonly etag?: string; readonly lastModified?: string } {
  const { etag, 'last-modified': lastModified } = headers;
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
}
