/** The configuration of the image, as the OCI image format has it. */
import { optionsWith } from './options.ts';
import type { Recipe } from './recipe.ts';

type Json = Readonly<Record<string, unknown>>;

/** That of the base image, with what the recipe and the client say put over it. Layers and history are BuildKit's to add. */
export function imageConfig({ config }: Recipe, base: Json, options: ReadonlyMap<string, string>): Json {
  const before = (base['config'] ?? {}) as Json;
  const [os = 'linux', architecture = '', variant] = (options.get('platform')?.split(',')[0] ?? '').split('/');
  const env = Object.entries(config.env).map(([name, value]) => `${name}=${value}`);
  const names = new Set(env.map((entry) => entry.slice(0, entry.indexOf('='))));
  const kept = ((before['Env'] ?? []) as readonly string[]).filter(
    (entry) => !names.has(entry.slice(0, entry.indexOf('='))),
  );
  const labels = { ...(before['Labels'] as Json | undefined), ...config.labels, ...optionsWith(options, 'label:') };
  const ports = Object.fromEntries(config.ports.map((port) => [port.includes('/') ? port : `${port}/tcp`, {}]));
  return {
    architecture: architecture || base['architecture'] || MACHINES[process.arch] || process.arch,
    os: os || base['os'] || 'linux',
    ...(variant === undefined ? {} : { variant }),
    rootfs: base['rootfs'] ?? { type: 'layers', diff_ids: [] },
    ...(base['history'] === undefined ? {} : { history: base['history'] }),
    config: {
      ...before,
      Env: [...kept, ...env],
      ...(config.entrypoint === undefined ? {} : { Entrypoint: config.entrypoint, Cmd: undefined }),
      ...(config.command === undefined ? {} : { Cmd: config.command }),
      ...(config.workingDir === undefined ? {} : { WorkingDir: config.workingDir }),
      ...(config.user === undefined ? {} : { User: config.user }),
      ...(Object.keys(ports).length === 0
        ? {}
        : { ExposedPorts: { ...(before['ExposedPorts'] as Json | undefined), ...ports } }),
      ...(Object.keys(labels).length === 0 ? {} : { Labels: labels }),
    },
  };
}

const MACHINES: Readonly<Record<string, string>> = { x64: 'amd64' };
