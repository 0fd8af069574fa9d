import { execFile } from 'node:child_process';
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a user of the library imports. */
const ENTRY = 'client/index.ts';

/**
 * Writes the types of the library, and of what it stands on, into a directory: `types/client/index.d.ts`. They name each other by `.js`, as every
 * TypeScript reads them. `root` has a `/` behind it. Rejects with what the compiler says.
 */
export async function declareInto(root: string, target: string): Promise<void> {
  const types = join(target, 'types');
  await mkdir(types, { recursive: true });
  const config = join(target, 'tsconfig.types.json');
  await writeFile(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        // one of another program would say that nothing has changed
        incremental: false,
        rootDir: root,
        outDir: types,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      files: [join(root, ENTRY)],
      include: [],
    }),
  );
  try {
    await promisify(execFile)(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config]);
  } catch (error) {
    throw new Error(`the types of the library: ${(error as { readonly stdout?: string }).stdout ?? String(error)}`, {
      cause: error,
    });
  } finally {
    await rm(config, { force: true });
  }
  for await (const file of glob('**/*.d.ts', { cwd: types })) await nameByJs(join(types, file));
}

/** `from './x.ts'` of a source is `./x.js` to who reads declarations. */
async function nameByJs(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const named = text.replaceAll(/((?:from|import\()\s*['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2');
  if (named !== text) await writeFile(file, named);
}
