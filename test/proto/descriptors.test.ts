/**
 * Our .proto files are written from facts. Where Debian's golang-github-containerd-containerd-dev is installed, its files (1.6) say
 * the same about every name, number and type that we use.
 */
import test from 'ava';
import {
  createFileRegistry,
  fromBinary,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescService,
  type FileRegistry,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from '../support/interruption.ts';

const GO = '/usr/share/gocode/src';
const CONTAINERD = join(GO, 'github.com/containerd/containerd/api');
const ROOT = join(import.meta.dirname, '../..');

/** Ours, and not in 1.6: from containerd 1.7's files. */
const NEWER = new Set([
  'containerd.services.containers.v1.Container.sandbox',
  'containerd.services.introspection.v1.ServerResponse.pid',
  'containerd.services.introspection.v1.ServerResponse.pidns',
  'containerd.types.Mount.target',
]);

/** 1.7 moved this message to the package of types. */
const MOVED = new Map([['containerd.types.Envelope', 'containerd.services.events.v1.Envelope']]);

const there = existsSync(CONTAINERD);
const maybe = there ? test : test.skip;

async function generatedFiles(): Promise<DescFile[]> {
  const folder = join(ROOT, 'proto/gen');
  const paths = (await readdir(folder, { recursive: true })).filter((path) =>
    /^(containerd|google)\/.*_pb\.ts$/.test(path),
  );
  const modules = await Promise.all(
    paths.map((path) => import(join(folder, path)) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (name.startsWith('file_') ? [value as DescFile] : [])),
  );
}

async function theirRegistry(): Promise<FileRegistry> {
  const files = (await readdir(GO, { recursive: true })).filter((path) =>
    /^github\.com\/containerd\/(containerd\/(api|runtime\/v2\/runc\/options)|cgroups)\/.*\.proto$/.test(path),
  );
  const folder = await makeFolder(join(tmpdir(), 'tsmoby-proto-'));
  try {
    const include = ['', 'github.com/gogo/protobuf', 'github.com/gogo/googleapis'].flatMap((path) => [
      '-I',
      join(GO, path),
    ]);
    const output = join(folder, 'set');
    const args = [...include, '-I', '/usr/include', '--include_imports', `--descriptor_set_out=${output}`];
    await promisify(execFile)('protoc', [...args, ...files.map((path) => join(GO, path))]);
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(output)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

maybe('every field that we use has the number and type that containerd gives it', async (t) => {
  const theirs = await theirRegistry();
  const files = await generatedFiles();
  const differences = files.flatMap(({ messages }) => messages.flatMap((message) => compareMessage(message, theirs)));
  t.deepEqual(differences, []);
  t.true(files.flatMap(({ messages }) => messages).length > 100);
});

maybe('every method that we use has the name, messages and direction that containerd gives it', async (t) => {
  const theirs = await theirRegistry();
  const services = (await generatedFiles()).flatMap(({ services }) => services);
  t.deepEqual(
    services.flatMap((service) => compareService(service, theirs)),
    [],
  );
  t.is(services.length, 11);
});

maybe('every enum value that we use has the number that containerd gives it', async (t) => {
  const theirs = await theirRegistry();
  const enums = (await generatedFiles()).flatMap(({ enums }) => enums);
  for (const { typeName, values } of enums) {
    const names = theirs.getEnum(typeName)?.values.map(({ name, number }) => `${name} = ${number}`) ?? [];
    t.deepEqual(
      values.map(({ name, number }) => `${name} = ${number}`),
      names,
      typeName,
    );
  }
  t.is(enums.length, 3);
});

test('every message, service and enum says what it is', async (t) => {
  const folder = join(ROOT, 'proto');
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.proto'));
  for (const path of paths) {
    const lines = (await readFile(join(folder, path), 'utf8')).split('\n');
    lines.forEach((line, at) => {
      if (/^\s*(message|service|enum) /.test(line)) t.regex(lines[at - 1] ?? '', /^\s*\/\/ /, `${path}:${at + 1}`);
    });
  }
});

function compareMessage(ours: DescMessage, theirs: FileRegistry): string[] {
  const other = theirs.getMessage(MOVED.get(ours.typeName) ?? ours.typeName);
  if (other === undefined) return [`${ours.typeName}: they have no such message`];
  const fields = ours.fields.flatMap((field) => {
    const name = `${ours.typeName}.${field.name}`;
    if (NEWER.has(name)) return [];
    const match = other.fields.find((one) => one.name === field.name);
    const [mine, its] = [shape(field), match === undefined ? 'missing' : shape(match)];
    return mine === its ? [] : [`${name}: ours ${mine}, theirs ${its}`];
  });
  return [...fields, ...ours.nestedMessages.flatMap((nested) => compareMessage(nested, theirs))];
}

/** Number and type of a field in one line. */
function shape(field: DescField): string {
  const type = (): string => {
    switch (field.fieldKind) {
      case 'scalar':
        return `scalar ${field.scalar}`;
      case 'enum':
        return field.enum.typeName;
      case 'message':
        return field.message.typeName;
      case 'list':
        return `list of ${field.message?.typeName ?? field.enum?.typeName ?? field.scalar}`;
      case 'map':
        return `map of ${field.mapKey} to ${field.message?.typeName ?? field.enum?.typeName ?? field.scalar}`;
    }
  };
  return `${field.number}: ${type()}`;
}

function compareService(ours: DescService, theirs: FileRegistry): string[] {
  const other = theirs.getService(ours.typeName);
  if (other === undefined) return [`${ours.typeName}: they have no such service`];
  const describe = (method: DescService['methods'][number] | undefined): string =>
    method === undefined
      ? 'missing'
      : `${method.methodKind} ${method.input.typeName} ${MOVED.get(method.output.typeName) ?? method.output.typeName}`;
  return ours.methods.flatMap((method) => {
    const [mine, its] = [describe(method), describe(other.methods.find(({ name }) => name === method.name))];
    return mine === its ? [] : [`${ours.typeName}.${method.name}: ours ${mine}, theirs ${its}`];
  });
}
