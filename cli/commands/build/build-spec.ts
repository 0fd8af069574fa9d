import { resolve } from 'node:path';
import type { BuildArg, BuildContext, BuildDockerfile, BuildSpec, BuildUlimit } from '../../../schemas/gen/types.ts';
import { BUILD_ENTITLEMENTS, type BuildEntitlement } from '../../../schemas/values/build-entitlements.ts';
import { CommandError, UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { pairOf } from './fields.ts';
import type { BuildFlags } from './flags.ts';
import { attestationsOf, cacheFromOf, cacheToOf, outputsOf } from './outputs.ts';
import { dockerfileOf, namedContextOf, sourceOf } from './sources.ts';

/** Nothing is looked at on its own: it is built when somebody types so. */
const NEVER = { interval: '0' } as const;

/** The spec that a command line stands for, without its secrets. `readStdin`: a Dockerfile that is piped in. Rejects with UsageError, CommandError. */
export async function buildSpecOf(
  place: string,
  flags: BuildFlags,
  io: Pick<Io, 'cwd' | 'env'>,
  readStdin: () => Promise<string>,
): Promise<BuildSpec> {
  const { context, dockerfile } = await filesOf(place, flags, io, readStdin);
  const contexts = await Promise.all(flags['build-context'].map((text) => namedContextOf(text, io)));
  const entitlements = entitlementsOf(flags);
  const outputs = outputsOf(flags, io);
  const attestations = attestationsOf(flags);
  const cache = {
    ...many(
      'from',
      flags['cache-from'].map((text) => cacheFromOf(text, io)),
    ),
    ...many(
      'to',
      flags['cache-to'].map((text) => cacheToOf(text, io)),
    ),
  };
  return {
    contextPolicy: NEVER,
    basePolicy: NEVER,
    ...one('reference', flags.tag[0]),
    ...one('builderName', flags.builder),
    ...one('context', context),
    ...one('dockerfile', dockerfile),
    ...one('target', flags.target),
    ...one('outputs', outputs),
    ...one('attestations', attestations),
    ...(Object.keys(cache).length === 0 ? {} : { cache }),
    ...many(
      'args',
      flags['build-arg'].flatMap((text) => argOf(text, io)),
    ),
    ...many('platforms', flags.platform),
    ...many('contexts', contexts),
    ...many('hostAliases', flags['add-host'].map(hostOf)),
    ...many('ulimits', flags.ulimit.map(ulimitOf)),
    ...many('noCacheStages', flags['no-cache-filter']),
    ...many('entitlements', entitlements),
    ...(flags.label.length === 0 ? {} : { labels: Object.fromEntries(flags.label.map(labelOf)) }),
    ...(flags.network === 'default' ? {} : { network: flags.network === 'none' ? 'None' : 'Host' }),
    ...one('shmSize', shmSizeOf(flags['shm-size'])),
    ...(flags['no-cache'] ? { noCache: true } : {}),
    ...(flags.pull ? { pullPolicy: 'Always' } : {}),
  };
}

function one<K extends string, T>(name: K, value: T | undefined): { readonly [P in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: T };
}

function many<K extends string, T>(name: K, values: readonly T[]): { readonly [P in K]?: readonly T[] } {
  return one(name, values.length === 0 ? undefined : values);
}

interface Files {
  readonly context?: BuildContext;
  readonly dockerfile?: BuildDockerfile;
}

async function filesOf(
  place: string,
  { file }: BuildFlags,
  io: Pick<Io, 'cwd'>,
  readStdin: () => Promise<string>,
): Promise<Files> {
  const [named, another] = file;
  if (another !== undefined) throw new UsageError('-f: one Dockerfile is enough');
  if (place === '-') {
    if (named !== undefined) throw new UsageError('PATH - is a Dockerfile on standard input: -f says nothing more');
    return { dockerfile: { inline: await readStdin() } };
  }
  const context = await sourceOf(place, io);
  if (named === undefined) return { context };
  if (named === '-') return { context, dockerfile: { inline: await readStdin() } };
  return { context, dockerfile: dockerfileOf(named, context, io) };
}

/** Without a value it is that of the environment; what is not there either is left out, as docker does. */
function argOf(text: string, { env }: Pick<Io, 'env'>): readonly BuildArg[] {
  const { name, value } = pairOf('build-arg', text);
  const known = value ?? env[name];
  return known === undefined ? [] : [{ name, value: known }];
}

function labelOf(text: string): readonly [string, string] {
  const { name, value = '' } = pairOf('label', text);
  return [name, value];
}

/** `NAME:IP`, also `NAME=IP`, with brackets around IPv6 or without. */
function hostOf(text: string): { readonly ip: string; readonly hostnames: readonly string[] } {
  const [, name = '', ip = ''] = /^([^:=]+)[:=]\[?([^\]]+)\]?$/.exec(text) ?? [];
  if (name === '') throw new UsageError(`--add-host ${text}: write NAME:IP`);
  return { ip, hostnames: [name] };
}

function ulimitOf(text: string): BuildUlimit {
  const [, name = '', soft = '', hard] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? [];
  if (name === '') throw new UsageError(`--ulimit ${text}: write NAME=SOFT or NAME=SOFT:HARD`);
  return { name, soft: Number(soft), ...(hard === undefined ? {} : { hard: Number(hard) }) };
}

/** docker's `64m` is 64 MiB. */
function shmSizeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, number = '', unit = ''] = /^(\d+)([bkmg]?)b?$/i.exec(text) ?? [];
  if (number === '') return text;
  return `${number}${{ b: '', k: 'Ki', m: 'Mi', g: 'Gi' }[unit.toLowerCase()] ?? ''}`;
}

function entitlementsOf({ allow, network }: BuildFlags): readonly BuildEntitlement[] {
  const wanted = new Set<BuildEntitlement>(network === 'host' ? ['network.host'] : []);
  for (const text of allow) {
    const known = BUILD_ENTITLEMENTS.find((one) => one === text);
    if (known === undefined) throw new UsageError(`--allow ${text}: there are ${BUILD_ENTITLEMENTS.join(' and ')}`);
    wanted.add(known);
  }
  return [...wanted];
}

/** What the object is called: `--name`, else the last part of the tag, else that of the directory or URL. Throws CommandError. */
export function buildNameOf(place: string, flags: Pick<BuildFlags, 'name' | 'tag'>, { cwd }: Pick<Io, 'cwd'>): string {
  if (flags.name !== undefined) return flags.name;
  const [tag] = flags.tag;
  if (tag === undefined && place === '-') return 'stdin';
  const from =
    tag === undefined
      ? lastPart(/^\.{0,2}(\/|$)/.test(place) ? resolve(cwd, place) : place)
      : lastPart(tag.replace(/@.*$/, '')).replace(/:[^/]*$/, '');
  const name = from
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  if (name === '') throw new CommandError(`"${tag ?? place}" makes no name for a Build: give one with --name`);
  return name;
}

const lastPart = (text: string): string =>
  text
    .replace(/[#?].*$/, '')
    .replace(/\.git$/, '')
    .split('/')
    .findLast((part) => part !== '' && part !== '.' && part !== '..') ?? '';
