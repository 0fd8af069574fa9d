import test from 'ava';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateProto } from '../../tools/generate/proto.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the generated files are those of the .proto files', async (t) => {
  t.deepEqual(await generateProto(true), []);
});

test('without protoc the recorded hashes say the same', async (t) => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  try {
    t.deepEqual(await generateProto(true), []);
    await t.throwsAsync(generateProto(false), { message: /install protobuf-compiler/ });
  } finally {
    process.env['PATH'] = path;
  }
});

test('generated code needs no TypeScript that Node cannot strip', async (t) => {
  const code = await readFile(join(ROOT, 'proto/gen/containerd/types/process_pb.ts'), 'utf8');
  t.notRegex(code, /^export (const )?enum /m);
});
