/** `tsmoby convert` and `tsmoby apply`, on a daemon of a test's own. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Container } from '../../../schemas/gen/types.ts';
import { startTestDaemon } from '../daemon.ts';
import { eventually } from '../eventually.ts';
import type { Peer } from './peer.ts';
import type { Asked } from './project.ts';

const run = promisify(execFile);
const CLI = join(import.meta.dirname, '../../../cli/main.ts');
const LIMIT_MS = 180_000;

/** `allowHostPath`: what the files mount. `reference`: of the image in the archive. */
export async function openTsmoby(archive: string, reference: string, allowHostPath: readonly string[]): Promise<Peer> {
  const daemon = await startTestDaemon({ allowHostPath });
  const tsmoby = async ({ directory, env }: Asked, ...args: readonly string[]): Promise<string> => {
    const own = { PATH: process.env['PATH'], HOME: daemon.folder, TSMOBY_HOST: `unix://${daemon.socketPath}`, ...env };
    return (await run(process.execPath, [CLI, ...args], { cwd: directory, env: own, timeout: LIMIT_MS })).stdout;
  };
  const containers = async ({ name }: Asked, service: string): Promise<readonly Container[]> => {
    const kind = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' };
    const { items } = await daemon.client.list<Container>(kind, { namespace: name });
    return items.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === service);
  };
  const first = async (project: Asked, service: string): Promise<string> =>
    (await containers(project, service))[0]?.metadata.name ?? service;
  return {
    name: 'tsmoby',
    async up(project) {
      const manifests = join(daemon.folder, `${project.name}.yaml`);
      const image = {
        apiVersion: 'tsmoby.dev/v1alpha1',
        kind: 'Image',
        metadata: { name: 'busybox', namespace: project.name },
        spec: { reference, archive: { path: archive } },
      };
      const converted = await tsmoby(project, 'convert', '-n', project.name, '-p', project.name, '--strict');
      await writeFile(manifests, `${converted}---\n${JSON.stringify(image)}\n`);
      await tsmoby(project, 'apply', '-f', manifests);
      for (const { name, ends, replicas } of project.services) {
        const isThere = ({ status }: Container): boolean =>
          ends ? status?.state?.terminated !== undefined : status?.ready === true;
        await eventually(`tsmoby has ${name}`, async () => {
          const all = await containers(project, name);
          return all.length === replicas && all.every(isThere);
        });
      }
    },
    down: async (project) => void (await tsmoby(project, 'delete', 'namespace', project.name, '--timeout=120s')),
    inside: async (project, service, script) =>
      tsmoby(project, 'exec', '-n', project.name, await first(project, service), '--', 'sh', '-c', script),
    async ended(project, service) {
      const [container] = await containers(project, service);
      const output = await tsmoby(project, 'logs', '-n', project.name, container?.metadata.name ?? service);
      return { exitCode: container?.status?.state?.terminated?.exitCode ?? -1, output };
    },
    fetch: async (url) => await (await fetch(url)).text(),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}
