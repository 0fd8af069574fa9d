import test from 'ava';
import { createRenderer } from '../../../../controllers/sync/render/create-renderer.ts';
import { watchSections } from '../../../support/sections.ts';
import { configMap, fileOf, options, readOf, withVariables } from './files.ts';

const good = fileOf('z.yaml', configMap('good'));
const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array.from({ length: 10 }, () => `*a${n}`).join(',')}]`).join('\n')}`;

const HOSTILE: Readonly<Record<string, string | Uint8Array>> = {
  'an anchors bomb': bomb,
  'a binary': Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256),
  NUL: configMap('a', 'data: {k: "\0"}\n'),
  'a NUL alone': '\0',
  'UTF-16': Buffer.from(`\uFEFF${configMap('a')}`, 'utf16le'),
  'a deep list': '['.repeat(100_000),
  'a deep map': `a:\n${Array.from({ length: 2000 }, (_, n) => `${' '.repeat(n + 1)}a:\n`).join('')}`,
  'a tab': 'a:\n\tb: 1\n',
  'a million dashes': '- '.repeat(500_000),
  'one long line': `a: ${'x'.repeat(1_000_000)}`,
  'many braces': `a: "${'${A:-'.repeat(200_000)}"`,
};

for (const [what, text] of Object.entries(HOSTILE)) {
  test.serial(`${what} is a problem with its place, and of nobody else`, async (t) => {
    const read = readOf(fileOf('a.yaml', text), good);
    const { objects, problems } = await createRenderer().render(read, withVariables({}));
    t.deepEqual(
      objects.map(({ object }) => object.metadata.name),
      ['good'],
    );
    t.regex(problems[0]?.message ?? '', /^a\.yaml:\d+:\d+: /);
  });
}

for (const [what, text] of Object.entries({
  'a byte order mark': `\uFEFF${configMap('a', 'data: {k: v}\n')}`,
  'Windows line ends': configMap('a', 'data:\n  k: v\n').replaceAll('\n', '\r\n'),
  'no line end': configMap('a', 'data: {k: v}'),
  'only comments besides': `# one\n---\n# two\n---\n${configMap('a', 'data: {k: v}\n')}...\n# three\n`,
})) {
  test(`a file with ${what} is read`, async (t) => {
    const { objects, problems } = await createRenderer().render(readOf(fileOf('a.yaml', text)), options);
    t.deepEqual(problems, []);
    t.like(objects[0]?.object, { metadata: { name: 'a' }, data: { k: 'v' } });
    t.regex(objects[0]?.place('data.k') ?? '', /^a\.yaml:\d+:\d+$/);
  });
}

test('empty files and files of comments hold nothing, without a problem', async (t) => {
  const { objects, problems } = await createRenderer().render(
    readOf(fileOf('a.yaml', ''), fileOf('b.yaml', '# x\n'), fileOf('c.yaml', '---\n---\n'), fileOf('d.json', ' \n')),
    options,
  );
  t.deepEqual([objects, problems], [[], []]);
});

test.serial('a megabyte in one value is read, and so are a thousand variables in it', async (t) => {
  const text = configMap('a', `data:\n  k: "${'${A}x'.repeat(200_000)}"\n`);
  const { objects } = await createRenderer().render(readOf(fileOf('a.yaml', text)), withVariables({ A: '1' }));
  t.is(JSON.stringify(objects[0]?.object).match(/1x/g)?.length, 200_000);
});

test.serial('five thousand documents in one file, each with a mistake, do not stop anything else', async (t) => {
  const text = Array.from({ length: 5000 }, (_, n) => configMap(`c${n}`, `data: {k: "\${NONE}", n: ${n}}\n`)).join(
    '---\n',
  );
  const read = readOf(fileOf('a.yaml', text));
  await createRenderer().render(readOf(good), options);
  const sections = watchSections();
  const strict = await createRenderer().render(read, withVariables({}));
  const loose = await createRenderer().render(read, withVariables({}, false));
  const longest = sections.end();
  t.is(strict.problems.length, 5000);
  t.is(loose.objects.length, 5000);
  t.log(`longest section ${longest.toFixed(1)} ms`);
  t.true(longest < 50);
});

test.serial('two thousand files cost next to nothing when nothing changed', async (t) => {
  const files = Array.from({ length: 2000 }, (_, n) =>
    fileOf(
      `d${n % 50}/f${n}.yaml`,
      configMap(`c${n}`, `data:\n  key: "value ${n}"\n  other: |\n    some\n    lines\n`),
    ),
  );
  const renderer = createRenderer();
  const sections = watchSections();
  const began = performance.now();
  const first = await renderer.render(readOf(...files), withVariables({ A: '1' }));
  const again = performance.now();
  const before = process.threadCpuUsage();
  const second = await renderer.render(readOf(...files), withVariables({ A: '1' }));
  const { user, system } = process.threadCpuUsage(before);
  const taken = (user + system) / 1000;
  const longest = sections.end();
  t.is(first.objects.length, 2000);
  t.true(second.objects.every((object, index) => object === first.objects[index]));
  t.log(
    `first ${(again - began).toFixed(0)} ms, unchanged ${taken.toFixed(0)} ms of the processor, longest section ${longest.toFixed(1)} ms`,
  );
  t.true(taken < 250);
});
