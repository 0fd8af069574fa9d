/** What a build may ask for besides its files: caches of others, limits and names for its steps, attestations. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRequest } from '../../../runtime/ports/builders.ts';
import { layoutContent } from '../../../runtime/buildkit/local-cache/store.ts';
import { startDockerRegistry } from '../../real/registry/docker-registry.ts';
import { BUSYBOX, makeBuildFolder, run, type BuildFolder } from '../../support/buildkit/build-folder.ts';
import { built, failureOf, type Part, type Told } from './harness.ts';

const wasCached = ({ steps }: Told): boolean =>
  [...steps.values()].some(({ name, cached }) => cached && name.includes('/made'));

interface Manifest {
  readonly manifests?: readonly { readonly digest: string; readonly annotations?: Readonly<Record<string, string>> }[];
  readonly layers?: readonly { readonly digest: string; readonly annotations?: Readonly<Record<string, string>> }[];
}

/** What is attested of an image in a layout, by kind: statements as text. */
async function attestations(store: string, digest = ''): Promise<Readonly<Record<string, string>>> {
  const read = (of: string): Promise<string> =>
    readFile(join(store, 'blobs/sha256', of.slice('sha256:'.length)), 'utf8');
  const found: Record<string, string> = {};
  for (const { digest: inner, annotations } of (JSON.parse(await read(digest)) as Manifest).manifests ?? []) {
    if (annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest') continue;
    for (const layer of (JSON.parse(await read(inner)) as Manifest).layers ?? []) {
      found[layer.annotations?.['in-toto.io/predicate-type'] ?? ''] = await read(layer.digest);
    }
  }
  return found;
}

function attested(folder: BuildFolder, name: string, how: BuildRequest['attestations']) {
  const store = folder.beside(name);
  return {
    store,
    request: folder.request({ attestations: how, outputs: [{ type: 'content', content: layoutContent(store) }] }),
  };
}

/** Writes what it was asked to look at as the least that is a bill of materials. */
const GENERATOR = `${BUSYBOX}ENTRYPOINT ${JSON.stringify([
  '/bin/busybox',
  'sh',
  '-c',
  `echo '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","predicate":{"name":"all of it"}}' > $BUILDKIT_SCAN_DESTINATION/it.spdx.json`,
])}\n`;

export const settings: Part = (test, name, harness) => {
  for (const [title, target] of [
    ['a cache in a registry', { type: 'registry', mode: 'max' }],
    ['a cache that is in the image itself', { type: 'inline' }],
  ] as const) {
    test(`${name}: ${title} saves the steps of a builder that has none`, async (t) => {
      await using registry = await startDockerRegistry();
      await using folder = await makeBuildFolder({ Dockerfile: BUSYBOX + run(`echo ${Math.random()} > /made`) });
      const cache = { reference: `${registry.host}/team/${target.type}:1`, insecure: true } as const;
      const cacheTo = target.type === 'inline' ? [target] : [{ ...target, ...cache }];
      const push = {
        type: 'push',
        reference: target.type === 'inline' ? cache.reference : `${registry.host}/app:1`,
        insecure: true,
      } as const;
      t.false(wasCached(await built(harness().builder, folder.request({ cacheTo, outputs: [push] }))));
      await harness().builder.prune({ all: true });
      const cacheFrom = [{ type: 'registry', ...cache }] as const;
      t.true(wasCached(await built(harness().builder, folder.request({ cacheFrom }))));
    });
  }

  test(`${name}: steps have the limits, the shared memory and the hosts that are asked for`, async (t) => {
    const script = 'ulimit -n; ulimit -Hn; df -k /dev/shm | tail -1; cat /etc/hosts';
    await using folder = await makeBuildFolder({ Dockerfile: BUSYBOX + run(`{ ${script}; } > /seen`) });
    const out = folder.beside('out');
    await built(
      harness().builder,
      folder.request({
        ulimits: [{ name: 'nofile', soft: 1111, hard: 2222 }],
        shmBytes: 8 * 1024 * 1024,
        hosts: [
          { name: 'one.test', ip: '192.0.2.1' },
          { name: 'six.test', ip: '2001:db8::1' },
        ],
        network: 'none',
        outputs: [{ type: 'directory', path: out }],
      }),
    );
    const [soft, hard, shm, ...hosts] = (await readFile(join(out, 'seen'), 'utf8')).split('\n');
    t.is(soft, '1111');
    t.is(hard, '2222');
    t.is(shm?.split(/\s+/)[1], '8192');
    t.true(
      hosts.some((line) => /^192\.0\.2\.1\s+one\.test$/.test(line)),
      hosts.join(),
    );
    t.true(
      hosts.some((line) => /^2001:db8::1\s+six\.test$/.test(line)),
      hosts.join(),
    );
  });

  test(`${name}: nothing is attested that is not asked for; what is, is in the image`, async (t) => {
    await using registry = await startDockerRegistry();
    await using scanner = await makeBuildFolder({ Dockerfile: GENERATOR });
    const generator = `${registry.host}/scanner:1`;
    const { kind, hasSandboxNetwork } = await harness().builder.facts();
    await built(
      harness().builder,
      scanner.request({ outputs: [{ type: 'push', reference: generator, insecure: true }] }),
    );
    await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /b\n', a: `${name} attested` });
    for (const [at, how, kinds] of [
      ['nothing', {}, []],
      ['provenance', { provenance: { mode: 'max' } }, [/slsa\.dev\/provenance/]],
      ['both', { sbom: { generator }, provenance: { mode: 'min' } }, [/slsa\.dev\/provenance/, /spdx\.dev\/Document/]],
    ] as const) {
      const { store, request } = attested(folder, at, how);
      if (at === 'both' && kind === 'dockerd' && !hasSandboxNetwork) {
        t.regex((await failureOf(harness().builder, request)).message, /this dockerd has no network for steps/);
        continue;
      }
      const { result } = await built(harness().builder, request);
      const found = await attestations(store, result.digest);
      const names = Object.keys(found).toSorted();
      t.is(names.length, kinds.length, `${at}: ${names.join()}`);
      for (const [index, expected] of kinds.entries()) t.regex(names[index] ?? '', expected);
      if (at === 'both') t.regex(found['https://spdx.dev/Document'] ?? '', /all of it/);
    }
  });
};
