import { connect } from 'node:net';
import type { BuilderPrograms } from '../../ports/builder-programs.ts';
import { findProgram, type Environment } from './environment.ts';
import { PROGRAMS } from './paths.ts';

type Found = Awaited<ReturnType<BuilderPrograms['find']>>;
type Socket = Found['sockets'][number];

export interface FindOptions {
  readonly env: Environment;
  /** Ours are below it: they are not somebody else's. */
  readonly runDirectory: string;
  /** What a user who is not root cannot run as it is. */
  readonly rootless: boolean;
  /** Default: where distributions put them. */
  readonly sockets?: readonly Socket[];
}

const SOCKETS: readonly Socket[] = [
  { type: 'unix', path: '/run/buildkit/buildkitd.sock' },
  { type: 'docker', path: '/var/run/docker.sock' },
];
const ANSWER_MS = 500;

/** Programs on PATH, best first, and sockets that somebody listens at: what the environment names goes before the usual places. */
export async function findBuilders(options: FindOptions): Promise<Found> {
  const { env, runDirectory, rootless } = options;
  const named = [fromUrl('unix', env['BUILDKIT_HOST']), fromUrl('docker', env['DOCKER_HOST'])].flat();
  const candidates = [...named, ...(options.sockets ?? SOCKETS)].filter(
    ({ path }) => !path.startsWith(`${runDirectory}/`),
  );
  const [programs, sockets] = await Promise.all([
    rootless ? [] : keep(PROGRAMS, async (name) => (await findProgram(name, env)) !== undefined),
    keep(once(candidates), ({ path }) => listens(path)),
  ]);
  // buildkitd before dockerd, whoever named it
  return { programs, sockets: sockets.toSorted((a, b) => Number(a.type === 'docker') - Number(b.type === 'docker')) };
}

/** `unix:///path` of a variable; other kinds of addresses are not found by themselves. */
function fromUrl(type: Socket['type'], url: string | undefined): readonly Socket[] {
  const path = url?.startsWith('unix:///') === true ? url.slice('unix://'.length) : undefined;
  return path === undefined ? [] : [{ type, path }];
}

/** Each place once, where it comes first. */
const once = (sockets: readonly Socket[]): readonly Socket[] =>
  sockets.filter(({ path }, index) => sockets.findIndex((other) => other.path === path) === index);

async function keep<T>(all: readonly T[], isKept: (one: T) => Promise<boolean>): Promise<readonly T[]> {
  const kept = await Promise.all(all.map(isKept));
  return all.filter((_, index) => kept[index]);
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const finish = (isListening: boolean): void => {
      socket.destroy();
      resolve(isListening);
    };
    socket.setTimeout(ANSWER_MS, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.on('error', () => finish(false));
  });
}
