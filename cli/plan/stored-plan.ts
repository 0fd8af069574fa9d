/** Plan files on the disk. */
import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { JsonObject } from '../../schemas/object.ts';
import { isObject } from '../../schemas/structural/own.ts';
import type { StructuralSchema } from '../../schemas/structural/schema.ts';
import { compileShape } from '../../schemas/structural/shape.ts';
import { decodeJson } from '../../schemas/text/json.ts';
import { TextError } from '../../schemas/text/text-error.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { PlanFile } from './plan-file.ts';

const text: StructuralSchema = { type: 'string' };
const named = { apiVersion: text, kind: text, namespace: text, name: text, uid: text, action: text, steps: text };
const need = ['apiVersion', 'kind', 'name', 'steps'];
const SCHEMA: StructuralSchema = {
  type: 'object',
  required: ['apiVersion', 'kind', 'planned', 'objects', 'affected'],
  properties: {
    apiVersion: { type: 'string', enum: ['tsmoby.dev/v1alpha1'] },
    kind: { type: 'string', enum: ['PlanFile'] },
    planned: { type: 'boolean' },
    objects: {
      type: 'array',
      items: {
        type: 'object',
        required: [...need, 'operation', 'desired'],
        properties: {
          ...named,
          operation: { type: 'string', enum: ['create', 'update', 'delete', 'unchanged'] },
          generation: { type: 'integer' },
          resourceVersion: text,
          desired: text,
        },
      },
    },
    affected: { type: 'array', items: { type: 'object', required: need, properties: named } },
  },
};

/** Whole or not at all, for this user alone. Rejects with CommandError. */
export async function writePlanFile({ cwd }: Io, file: string, plan: PlanFile): Promise<void> {
  try {
    const path = await placeOf(resolve(cwd, file));
    const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.plan`);
    try {
      {
        await using handle = await open(temporary, 'wx', 0o600);
        await handle.writeFile(`${JSON.stringify(plan, undefined, 2)}\n`);
        await handle.sync();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw new CommandError(`the plan cannot be written to ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Behind links, so that they stay. Throws where something stands there that is no file. */
async function placeOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return path;
  if (!found.isFile()) throw new Error('it is there, and is no file');
  return await realpath(path);
}

/** Rejects with CommandError that says what is wrong with the file. */
export async function readPlanFile({ cwd }: Io, file: string): Promise<PlanFile> {
  const no = (why: string, cause?: unknown): CommandError =>
    new CommandError(`${file} is no plan: ${why}; make one with: tsmoby diff -f … -o plan=${file}`, { cause });
  let content: JsonObject;
  try {
    const { value } = decodeJson(await readFile(resolve(cwd, file)));
    if (!isObject(value)) throw no('it must be an object');
    content = value;
  } catch (error) {
    if (error instanceof TextError) throw no(error.message, error);
    if (error instanceof CommandError) throw error;
    throw new CommandError(`the plan cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const shape = compileShape(SCHEMA);
  const [issue] = shape.validateValues(content);
  if (issue !== undefined) throw no(`${issue.path}: ${issue.message}`);
  const [unknown] = shape.prune(content).unknown;
  if (unknown !== undefined) throw no(`unknown field ${unknown.path}; was it made by a newer tsmoby?`);
  return content as unknown as PlanFile;
}
