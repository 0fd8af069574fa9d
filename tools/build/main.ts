/** `npm run build`: plain JavaScript in `dist/`, for installed copies and for a command line that starts at once. */
import { rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildInto } from './bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const target = `${root}dist`;
const partial = `${target}.partial`;
const old = `${target}.old`;

const started = performance.now();
await rm(partial, { recursive: true, force: true });
const bytes = await buildInto(root, partial);
// whole or not at all: a program that runs from dist goes on with the files it has open
await rm(old, { recursive: true, force: true });
await rename(target, old).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error;
});
await rename(partial, target);
await rm(old, { recursive: true, force: true });
console.log(`dist: ${(bytes / 1024).toFixed(0)} KiB in ${(performance.now() - started).toFixed(0)} ms`);
