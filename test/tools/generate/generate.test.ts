import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { KINDS } from '../../../schemas/kinds.ts';
import { findStale, generateAll, writeGenerated } from '../../../tools/generate/main.ts';
import { makeFolder } from '../../support/interruption.ts';

async function temporaryRoot(t: ExecutionContext): Promise<string> {
  const root = await makeFolder(join(tmpdir(), 'gen-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  return root;
}

const files = [
  { path: 'schemas/gen/a.ts', content: 'a\n' },
  { path: 'docs/reference/b.md', content: 'b\n' },
];

test('what is written is fresh, and writing again changes nothing', async (t) => {
  const root = await temporaryRoot(t);
  t.deepEqual(await findStale(root, files), ['docs/reference/b.md', 'schemas/gen/a.ts']);
  t.deepEqual(await writeGenerated(root, files), ['docs/reference/b.md', 'schemas/gen/a.ts']);
  t.deepEqual(await findStale(root, files), []);
  t.deepEqual(await writeGenerated(root, files), []);
});

test('a changed, a missing and a superfluous file are stale, and are put right', async (t) => {
  const root = await temporaryRoot(t);
  await writeGenerated(root, files);
  await writeFile(join(root, 'schemas/gen/a.ts'), 'edited by hand\n');
  await rm(join(root, 'docs/reference/b.md'));
  const extra = join(root, 'manifests/crds/old.yaml');
  await mkdir(dirname(extra), { recursive: true });
  await writeFile(extra, 'old: true\n');
  const stale = ['docs/reference/b.md', 'manifests/crds/old.yaml', 'schemas/gen/a.ts'];
  t.deepEqual(await findStale(root, files), stale);
  t.deepEqual(await writeGenerated(root, files), stale);
  t.deepEqual(await findStale(root, files), []);
  t.is(await readFile(join(root, 'schemas/gen/a.ts'), 'utf8'), 'a\n');
});

test('files of others beside generated folders are left alone', async (t) => {
  const root = await temporaryRoot(t);
  await mkdir(join(root, 'docs'));
  await writeFile(join(root, 'docs/own.md'), 'mine\n');
  await writeGenerated(root, files);
  t.is(await readFile(join(root, 'docs/own.md'), 'utf8'), 'mine\n');
});

test('generating twice gives the same bytes', async (t) => {
  t.deepEqual(await generateAll(), await generateAll());
});

test('every kind has its types and its reference page, our own kinds a CustomResourceDefinition', async (t) => {
  const generated = new Map((await generateAll()).map((file) => [file.path, file.content]));
  const types = generated.get('schemas/gen/types.ts') ?? '';
  for (const { kind, singular, plural, group, builtin } of KINDS) {
    t.true(types.includes(`export interface ${kind} extends KubeObject {`), kind);
    t.true(generated.has(`docs/reference/${singular}.md`), kind);
    t.is(generated.has(`manifests/crds/${group}_${plural}.yaml`), !builtin, kind);
  }
});

test('every property of generated types is read-only', async (t) => {
  const [types] = await generateAll();
  const open = (types?.content ?? '')
    .split('\n')
    .filter((line) => /^ +[^ */}]/.test(line) && !line.trim().startsWith('readonly '));
  t.deepEqual(open, []);
});

test('every documented field has a meaning', async (t) => {
  const pages = (await generateAll()).filter(({ path }) => path.startsWith('docs/reference/'));
  let fields = 0;
  for (const { path, content } of pages) {
    const rows = content.split('\n').filter((line) => /^\| `(?:spec|status|data|metadata)\S*` \|/.test(line));
    const silent = rows.filter((line) => (line.split(' | ')[3] ?? '').trim() === '');
    t.deepEqual(silent, [], path);
    fields += rows.length;
  }
  t.true(fields > 100);
});
