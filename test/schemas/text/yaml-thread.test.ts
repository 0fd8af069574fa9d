import test from 'ava';
import { decodeYamlApart } from '../../../schemas/text/yaml-thread.ts';
import { decodeYaml } from '../../../schemas/text/yaml.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('a text that is read apart means the same', async (t) => {
  const text = 'a: 9007199254740993\n__proto__: {x: 1}\nb: &b [1, yes, ~]\nc: *b\nc: "ü\\0"\n---\n- 1.5\n';
  const apart = await decodeYamlApart(bytes(text));
  t.deepEqual(
    apart,
    decodeYaml(text).map(({ value, duplicates }) => ({ value, duplicates: duplicates.map(({ path }) => path) })),
  );
});

test('a mistake is told with its place', async (t) => {
  await t.throwsAsync(decodeYamlApart(bytes('a: b\nc: [1,\n')), { name: 'TextError', message: /^line 3, column 1: / });
  await t.throwsAsync(decodeYamlApart(Uint8Array.of(0x61, 0xff)), { name: 'TextError', message: /not UTF-8/ });
});

const repeated = (part: string, length: number): string => part.repeat(Math.floor(length / part.length));

const HOSTILE: Readonly<Record<string, string>> = {
  'closing brackets': repeated('}', 3e6),
  'opening brackets': repeated('[', 3e6),
  'lists in lists': repeated('- ', 3e6),
  'small values': repeated('- a\n', 3e6),
  'a chain of merges': `a0: &a0 {x: 1}\n${Array.from({ length: 20_000 }, (_, n) => `a${String(n + 1)}: &a${String(n + 1)} {<<: *a${String(n)}, k${String(n)}: 1}`).join('\n')}`,
  'aliases of aliases': `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 30 }, (_, n) => `a${String(n + 1)}: &a${String(n + 1)} [${Array.from({ length: 10 }, () => `*a${String(n)}`).join(',')}]`).join('\n')}`,
};

for (const [what, text] of Object.entries(HOSTILE)) {
  test(`three megabytes of ${what} are refused soon`, async (t) => {
    const began = performance.now();
    await t.throwsAsync(decodeYamlApart(bytes(text), { maxNodes: 100_000 }), { name: 'TextError' });
    t.true(performance.now() - began < 15_000);
  });
}
