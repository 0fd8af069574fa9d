import { RuntimeError } from '../../errors.ts';
import type { BuilderFacts, BuildOutput } from '../../ports/builders.ts';

/** One exporter, and the outputs that it makes. */
export interface Export {
  readonly type: string;
  readonly attrs: Readonly<Record<string, string>>;
  /** What comes to us over the session; several pushes are one export, and nothing comes. */
  readonly output: BuildOutput;
}

const OCI = { 'oci-mediatypes': 'true' } as const;
/** Of layers: to press them hard takes longer than all the rest of most builds, and saves a few percent. */
const FAST = { 'compression-level': '1' } as const;

/**
 * Exporters for the outputs. Their answers become one map in which later ones win, so what lands in our store is last: its digest is the one that we
 * want to know. `id`: of the build. Throws Unsupported for what the builder has no exporter for.
 */
export function exportsOf(outputs: readonly BuildOutput[], facts: BuilderFacts, id: string): Export[] {
  const pushes = outputs.filter((output) => output.type === 'push');
  const content = outputs.filter((output) => output.type === 'content');
  if (content.length > 1) throw new RuntimeError('Unsupported', 'a build writes into one content store only');
  const files = outputs.filter((output) => output.type !== 'push' && output.type !== 'content');
  const exports = [
    ...pushExports(pushes),
    ...files.map((output) => fileExport(output, facts, id)),
    ...content.map((output) => contentExport(output, outputs)),
  ];
  for (const { type, output } of exports) require(type, output, facts);
  return exports;
}

type Push = Extract<BuildOutput, { type: 'push' }>;

/** One exporter for all names that are pushed in the same way. `store`: dockerd would keep the image in its own list, too. */
function pushExports(pushes: readonly Push[]): Export[] {
  return [...Map.groupBy(pushes, ({ insecure }) => insecure)].flatMap(([insecure, group]) => {
    const [output] = group;
    if (output === undefined) return [];
    const name = group.map(({ reference }) => reference).join(',');
    const attrs = { ...OCI, name, push: 'true', store: 'false', ...(insecure ? { 'registry.insecure': 'true' } : {}) };
    return [{ type: 'image', attrs, output }];
  });
}

type Content = Extract<BuildOutput, { type: 'content' }>;

/** Layers that leave the machine by another output are the same there, and well compressed. */
function contentExport(output: Content, outputs: readonly BuildOutput[]): Export {
  return { type: 'oci', attrs: { ...OCI, tar: 'false', ...(outputs.length === 1 ? FAST : {}) }, output };
}

type File = Exclude<BuildOutput, Push | Content>;

function fileExport(output: File, { exporters }: BuilderFacts, id: string): Export {
  switch (output.type) {
    case 'archive': {
      // Only dockerd's own store takes it, and hands out what has a name.
      if (output.format === 'docker' && !exporters.includes('docker')) {
        return { type: 'moby', attrs: { name: `tsmoby.local/build/${id}:latest` }, output };
      }
      const name = output.name === undefined ? {} : { name: output.name };
      return { type: output.format, attrs: { ...(output.format === 'oci' ? OCI : {}), ...name }, output };
    }
    case 'tar':
      return { type: 'tar', attrs: {}, output };
    case 'directory':
      return { type: 'local', attrs: {}, output };
  }
}

function require(type: string, output: BuildOutput, { exporters, kind }: BuilderFacts): void {
  if (exporters.includes(type)) return;
  const hint =
    kind === 'dockerd'
      ? 'this dockerd keeps images in its old store; turn its containerd image store on'
      : 'it is too old';
  throw new RuntimeError('Unsupported', `the builder cannot make the output “${output.type}”: ${hint}`, {
    reason: 'BuilderTooOld',
  });
}
