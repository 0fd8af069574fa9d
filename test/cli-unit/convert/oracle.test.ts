/** `docker compose config` beside our reading of the same files: variables, merging, extending, including. Skipped, and said so, where it is not installed. */
import test from 'ava';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { example, EXAMPLES, SURROUNDINGS } from './examples.ts';

const run = promisify(execFile);

interface Service {
  readonly image?: string;
  readonly command?: readonly string[] | null;
  readonly entrypoint?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly { readonly target: number; readonly published?: string; readonly protocol: string }[];
  readonly volumes?: readonly { readonly target: string; readonly source?: string; readonly type: string }[];
  readonly depends_on?: Readonly<Record<string, object>>;
  readonly build?: object;
}

/** Its programs, in the order in which one would type them. */
const PROGRAMS: readonly (readonly string[])[] = [['docker', 'compose'], ['docker-compose']];

async function findCompose(): Promise<readonly string[] | undefined> {
  for (const [program = '', ...args] of PROGRAMS) {
    const { stdout } = await run(program, [...args, 'version', '--short']).catch(() => ({ stdout: '' }));
    if (/^v?[2-9]\./.test(stdout)) return [program, ...args];
  }
  return undefined;
}

const compose = await findCompose();

for (const name of readdirSync(EXAMPLES)) {
  const title = `${name}: services are what docker compose says that they are`;
  if (compose === undefined) {
    test.skip(`${title} (skipped: docker compose 2 is not installed)`, () => undefined);
    continue;
  }
  const [program = '', ...args] = compose;
  test(title, async (t) => {
    const made = await example(t, name, ['--profile', '*']);
    const { stdout } = await run(program, [...args, '--profile', '*', 'config', '--format', 'json'], {
      cwd: join(EXAMPLES, name),
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...SURROUNDINGS[name] },
    });
    const { services } = JSON.parse(stdout) as { readonly services: Readonly<Record<string, Service>> };
    for (const [key, service] of Object.entries(services)) {
      const container = [key, `${key}-1`].find((one) => made.names.includes(`Container/${one}`));
      if (container !== undefined) t.deepEqual(oursOf(made.spec(container)), theirsOf(service), `${name} ${key}`);
    }
  });
}

/** As the process sees it: doubled dollar signs are one. */
const seen = (text: string): string => text.replaceAll('$$', '$');
/** `config` doubles all dollar signs. */
const undoubled = (text: string): string => text.replaceAll('$$', '$');

function oursOf({
  image,
  imageFrom,
  command = [],
  args = [],
  env = [],
  ports = [],
  volumeMounts = [],
  dependsOn = [],
}: ContainerSpec): unknown {
  return {
    image: imageFrom === undefined ? image : 'built',
    words: [...command, ...args].map(seen),
    env: Object.fromEntries(env.map(({ name, value = '' }) => [name, seen(value)])),
    ports: ports
      .filter(({ hostPort }) => hostPort !== undefined)
      .flatMap(({ containerPort, endPort = containerPort, hostPort = 0, protocol = 'TCP' }) =>
        Array.from(
          { length: endPort - containerPort + 1 },
          (_, index) => `${String(hostPort + index)}:${String(containerPort + index)}/${protocol.toLowerCase()}`,
        ),
      )
      .toSorted(),
    targets: volumeMounts
      .map(({ mountPath }) => mountPath)
      .filter((path) => !/^\/(run|tmp|dev\/shm|etc\/prometheus)/.test(path))
      .toSorted(),
    order: [...new Set(dependsOn.map(({ name }) => name.replace(/-\d+$/, '')))].toSorted(),
  };
}

function theirsOf(service: Service): unknown {
  const { image, build, command, entrypoint, environment = {}, ports = [], volumes = [] } = service;
  return {
    image: build === undefined ? image : 'built',
    words: [...(entrypoint ?? []), ...(command ?? [])].map(undoubled),
    env: Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) => (value === null ? [] : [[name, undoubled(value)]])),
    ),
    ports: ports.map((port) => `${port.published ?? '0'}:${String(port.target)}/${port.protocol}`).toSorted(),
    targets: volumes.map(({ target }) => target).toSorted(),
    order: Object.keys(service.depends_on ?? {}).toSorted(),
  };
}
