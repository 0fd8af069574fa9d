/** The programs that people build with today. */
import { join } from 'node:path';
import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';
import { answers, run } from '../run.ts';

/** Somebody who can have a directory built. */
export interface BuildClient {
  readonly name: string;
  /** Resolves with the milliseconds that it took. */
  build(path: string): Promise<number>;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Undefined for a dockerd, which it does not reach, and where `TSMOBY_BENCH_BUILDCTL` names no program. */
export function buildctlAt(endpoint: BuilderEndpoint): BuildClient | undefined {
  const program = process.env['TSMOBY_BENCH_BUILDCTL'];
  if (program === undefined || endpoint.type !== 'unix') return undefined;
  const words = ['--addr', `unix://${endpoint.path}`, 'build', '--frontend', 'dockerfile.v0', '--progress', 'plain'];
  return {
    name: 'buildctl',
    build: (path) =>
      timed(() => run(program, [...words, '--local', `context=${path}`, '--local', `dockerfile=${path}`])),
  };
}

/** `docker buildx`, or the plugin called by itself; undefined when it is not there. */
export async function findBuildx(): Promise<readonly string[] | undefined> {
  for (const words of [['docker', 'buildx'], ['docker-buildx']]) {
    const [program = '', ...rest] = words;
    if (await answers(program, ...rest, 'version')) return words;
  }
  return undefined;
}

export interface Buildx extends BuildClient {
  /** The image stays in the builder's store. */
  buildImage(path: string, tag: string): Promise<number>;
}

/** Its own files are below `folder`, so that the machine's builders are left alone. */
export async function buildxAt(command: readonly string[], endpoint: BuilderEndpoint, folder: string): Promise<Buildx> {
  const [program = '', ...first] = command;
  const env = {
    DOCKER_CONFIG: join(folder, 'docker'),
    BUILDX_CONFIG: join(folder, 'buildx'),
    BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
    ...(endpoint.type === 'docker' ? { DOCKER_HOST: `unix://${endpoint.path}` } : {}),
  };
  if (endpoint.type === 'unix') {
    const create = ['create', '--name', 'bench', '--driver', 'remote', '--use', `unix://${endpoint.path}`];
    await run(program, [...first, ...create], env);
  }
  const build = (...words: string[]): Promise<number> =>
    timed(() => run(program, [...first, 'build', '--progress', 'plain', ...words], env));
  return {
    name: 'docker buildx',
    build: (path) => build('--output', 'type=cacheonly', path),
    buildImage: (path, tag) => build('--tag', tag, path),
  };
}
