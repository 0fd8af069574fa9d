import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { CONDITION_TYPES, isReasonName, REASON_MEANINGS, REASONS } from '../../schemas/conditions.ts';
import type { Reason } from '../../schemas/conditions.ts';

test('every condition type and reason is one CamelCase word that the API server accepts', (t) => {
  for (const name of [...Object.keys(CONDITION_TYPES), ...Object.keys(REASON_MEANINGS)]) {
    t.regex(name, /^[A-Z][A-Za-z0-9]{1,315}$/);
  }
});

test('every condition type and reason says what it means in a sentence', (t) => {
  const meanings = [...Object.values(CONDITION_TYPES).map((type) => type.meaning), ...Object.values(REASON_MEANINGS)];
  for (const meaning of meanings) t.regex(meaning, /^\S.{9,}[.)]$/);
});

test('a reason constant is its own name', (t) => {
  const reason: Reason = REASONS.ImagePullBackOff;
  t.is(reason, 'ImagePullBackOff');
  t.deepEqual(Object.keys(REASONS), Object.values(REASONS));
  t.true(Object.isFrozen(REASONS));
});

test('what is not in the table is no reason', (t) => {
  t.true(isReasonName('CrashLoopBackOff'));
  for (const name of ['toString', '__proto__', 'crashLoopBackOff', '']) t.false(isReasonName(name));
});

test('Ready, Reconciling and Stalled are set by the engine', (t) => {
  t.is(CONDITION_TYPES.Ready.polarity, 'positive');
  t.is(CONDITION_TYPES.Reconciling.polarity, 'negative');
  t.is(CONDITION_TYPES.Stalled.polarity, 'negative');
});

test('every reason that runtime and controllers write down is in the table', async (t) => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folders = ['runtime', 'controllers'].map((folder) => join(root, folder));
  const entries = (
    await Promise.all(folders.map((path) => readdir(path, { recursive: true, withFileTypes: true })))
  ).flat();
  const sources = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  const texts = await Promise.all(sources.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')));
  const used = new Set(texts.flatMap((text) => [...text.matchAll(/\breason: '([A-Za-z]+)'/g)].map(([, name]) => name)));
  t.true(used.size > 0);
  const missing = [...used].filter((name) => name === undefined || !isReasonName(name));
  t.deepEqual(missing, [], 'add a line to REASON_MEANINGS in schemas/conditions.ts');
});
