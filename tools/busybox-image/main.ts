/**
 * Writes a busybox image as an OCI archive.
 *
 * Usage: node tools/busybox-image/main.ts --output web.tar [--name tsmoby.dev/web:v1] [--format oci|docker] [--user app]
 *          [--env NAME=value …] [--entrypoint word …] [--workdir /x] [--file /path=content …] [--exec /path=script …] [-- cmd word …]
 */
import { parseArgs } from 'node:util';
import { buildBusyboxArchive } from './archive.ts';
import type { ImageSettings } from './image.ts';
import type { FileTree } from './tar.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    output: { type: 'string', short: 'o' },
    name: { type: 'string' },
    format: { type: 'string', default: 'oci' },
    user: { type: 'string' },
    workdir: { type: 'string' },
    env: { type: 'string', multiple: true },
    entrypoint: { type: 'string', multiple: true },
    file: { type: 'string', multiple: true },
    exec: { type: 'string', multiple: true },
  },
});

async function main(): Promise<number> {
  const { output, format } = values;
  if (output === undefined || (format !== 'oci' && format !== 'docker')) {
    console.error('usage: node tools/busybox-image/main.ts --output FILE [--name REFERENCE] [--format oci|docker] …');
    return 2;
  }
  const config: ImageSettings = {
    ...(values.user === undefined ? {} : { user: values.user }),
    ...(values.workdir === undefined ? {} : { workingDir: values.workdir }),
    ...(values.env === undefined ? {} : { env: values.env }),
    ...(values.entrypoint === undefined ? {} : { entrypoint: values.entrypoint }),
    ...(positionals.length === 0 ? {} : { cmd: positionals }),
  };
  const files: FileTree = { ...tree(values.file ?? [], 0o644), ...tree(values.exec ?? [], 0o755) };
  const image = await buildBusyboxArchive({
    output,
    format,
    config,
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(Object.keys(files).length === 0 ? {} : { files }),
  });
  console.log(image.manifest.digest);
  return 0;
}

/** `/path=content` words. */
function tree(words: readonly string[], mode: number): FileTree {
  return Object.fromEntries(
    words.map((word) => {
      const [path = '', ...content] = word.split('=');
      return [path, { content: content.join('='), mode }];
    }),
  );
}

process.exitCode = await main();
