import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { equal } from '../../schemas/structural/equal.ts';
import { show } from '../../schemas/structural/issue.ts';
import { isList, isObject, own } from '../../schemas/structural/own.ts';
import { checkResult, sizeOf } from './bounds.ts';
import { JsonDocument } from './json-document.ts';
import { parsePointer } from './json-pointer.ts';
import { malformed, tooLarge, unprocessable } from './patch-error.ts';

/** The real server's limit. */
const maxOperations = 10_000;

/** What all `copy` operations of one patch may copy together, in bytes: the size of the largest request. */
const maxCopied = 3 * 1024 * 1024;

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const;
type Op = (typeof operations)[number];

/** One operation of RFC 6902, checked. */
export interface JsonPatchOperation {
  readonly op: Op;
  readonly path: readonly string[];
  readonly from: readonly string[];
  readonly value: JsonValue;
  /** For messages. */
  readonly pointer: string;
}

/**
 * Reads a patch's body.
 * @throws {PatchError} malformed: no array, an unknown op, a missing or broken member; too-large: more than 10,000 operations
 */
export function parseJsonPatch(body: JsonValue): readonly JsonPatchOperation[] {
  if (!isList(body)) throw malformed('a JSON patch must be an array of operations');
  if (body.length > maxOperations) {
    throw tooLarge(
      `The allowed maximum operations in a JSON patch is ${String(maxOperations)}, got ${String(body.length)}`,
    );
  }
  return body.map(parseOperation);
}

function parseOperation(given: JsonValue, index: number): JsonPatchOperation {
  const at = `operation ${String(index)} of the JSON patch`;
  if (!isObject(given)) throw malformed(`${at} must be an object`);
  const op = own(given, 'op');
  if (!isOp(op)) throw malformed(`${at}: op must be one of ${operations.join(', ')}, not ${show(op)}`);
  const pointer = own(given, 'path');
  if (typeof pointer !== 'string') throw malformed(`${at}: path must be a JSON pointer`);
  const from = own(given, 'from');
  if ((op === 'move' || op === 'copy') && typeof from !== 'string') {
    throw malformed(`${at}: from must be a JSON pointer`);
  }
  const value = own(given, 'value');
  if ((op === 'add' || op === 'replace' || op === 'test') && value === undefined) {
    throw malformed(`${at}: value is missing`);
  }
  return {
    op,
    pointer,
    path: parsePointer(pointer),
    from: typeof from === 'string' ? parsePointer(from) : [],
    value: value ?? null,
  };
}

const isOp = (value: JsonValue | undefined): value is Op => operations.some((op) => op === value);

/**
 * RFC 6902 on a copy; the input may be frozen. Operations apply in order, all or none.
 * @throws {PatchError} unprocessable: a path that is not there, a failed test, a result that is no object;
 *   malformed and too-large as `parseJsonPatch`
 */
export function applyJsonPatch(object: JsonObject, body: JsonValue): JsonObject {
  const parsed = parseJsonPatch(body);
  const document = new JsonDocument(object);
  let copied = 0;
  for (const operation of parsed) {
    if (operation.op === 'copy') {
      copied += sizeOf(document.get(operation.from), maxCopied);
      if (copied > maxCopied) throw tooLarge(`the JSON patch copies more than ${String(maxCopied)} bytes in all`);
    }
    perform(document, operation);
  }
  return checkResult(document.root);
}

function perform(document: JsonDocument, { op, path, from, value, pointer }: JsonPatchOperation): void {
  switch (op) {
    case 'add':
      document.add(path, value);
      return;
    case 'remove':
      document.remove(path);
      return;
    case 'replace':
      document.replace(path, value);
      return;
    case 'copy':
      document.copy(from, path);
      return;
    case 'move':
      document.move(from, path);
      return;
    case 'test':
      if (!equal(document.get(path), value)) {
        throw unprocessable(`testing path ${JSON.stringify(pointer)} failed: the value is another`);
      }
  }
}
