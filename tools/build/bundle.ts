import { readFile } from 'node:fs/promises';
import { build, type BuildOptions, type Plugin } from 'esbuild';

/**
 * Programs and threads that start from a file of their own, by their place in `dist/`. Each is whole in itself: commands
 * that start at once matter more than bytes that stand twice, and a file more costs a command more than its bytes do.
 */
const ENTRIES = {
  main: 'cli/main.ts',
  daemon: 'cli/daemon/main.ts',
  library: 'client/index.ts',
  'sqlite/worker': 'api/store/sqlite/worker.ts',
  'yaml-worker': 'schemas/text/yaml-worker.ts',
  'dial-program': 'runtime/host/dial-program.ts',
  'hash-worker': 'runtime/buildkit/contexts/content/hash-worker.ts',
} as const;

/** What outlives the daemon runs from a copy in the run directory, which takes the one file and knows it by `.mjs`. */
const RESIDENTS = {
  'program/logd': 'runtime/logd/program/main.ts',
  'program/netd': 'runtime/netd/program/main.ts',
} as const;

/** The one thing that a command loads only when it is called from a file of its own: it is most of the program. */
const DAEMON_IMPORT = /^\.\.\/daemon\/main\.ts$/;

/** Some packages are CommonJS and ask for Node's own modules in its way. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

/** Builds everything from the checkout `root` (with a `/` behind it) into `target`. Resolves with the bytes written. */
export async function buildInto(root: string, target: string): Promise<number> {
  const common = {
    absWorkingDir: root,
    outdir: target,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // one character beyond Latin-1, and Node keeps the whole text with two bytes for each
    charset: 'ascii',
    // Read, decoded, hashed and kept at each start: names and lines stay, so that a stack trace can be read.
    minifyWhitespace: true,
    lineLimit: 160,
    metafile: true,
    logLevel: 'warning',
  } as const satisfies BuildOptions;
  const results = await Promise.all([
    build({
      ...common,
      entryPoints: { ...ENTRIES },
      banner: { js: REQUIRE },
      plugins: [daemonApart, lightHttp, neighbours(root)],
    }),
    build({ ...common, entryPoints: { ...RESIDENTS }, outExtension: { '.js': '.mjs' }, banner: { js: REQUIRE } }),
  ]);
  return results.flatMap(({ metafile }) => Object.values(metafile.outputs)).reduce((sum, { bytes }) => sum + bytes, 0);
}

const daemonApart: Plugin = {
  name: 'daemon-apart',
  setup(program) {
    program.onResolve({ filter: DAEMON_IMPORT }, () => ({ path: './daemon.js', external: true }));
  },
};

/**
 * An `import` of node:http reads all its exports, its getter for WebSocket too, and that loads all of undici: 14 MB and
 * 40 ms that nobody here needs. Names that are missing in this list fail the build.
 */
const lightHttp: Plugin = {
  name: 'light-http',
  setup(program) {
    program.onResolve({ filter: /^node:http$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'light-http' } : undefined,
    );
    program.onLoad({ filter: /.*/, namespace: 'light-http' }, () => ({
      contents: `export const { Agent, createServer, get, IncomingMessage, request, Server, ServerResponse, STATUS_CODES } = process.getBuiltinModule('node:http');`,
    }));
  },
};

const NEIGHBOUR = /new URL\('\.\/([\w/-]+)\.ts', import\.meta\.url\)/g;

/** Files that a module names by their place beside it (`new URL('./x.ts', import.meta.url)`) are entries, and `.js` now. */
function neighbours(root: string): Plugin {
  return {
    name: 'neighbours',
    setup(program) {
      program.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!path.startsWith(root) || path.includes('/node_modules/')) return undefined;
        const source = await readFile(path, 'utf8');
        const errors: { readonly text: string }[] = [];
        const contents = source.replaceAll(NEIGHBOUR, (_, name: string) => {
          if (!Object.hasOwn(ENTRIES, name)) errors.push({ text: `${name}.ts is no entry of tools/build: add it` });
          return `new URL('./${name}.js', import.meta.url)`;
        });
        return { contents, loader: 'ts', errors };
      });
    },
  };
}
