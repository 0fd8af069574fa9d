/** What a kustomization takes from elsewhere, before anybody builds it. */
import { isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';
import { posix } from 'node:path';
import { problemAt, spotOf } from '../problem.ts';
import type { FileProblem } from '../../ports/manifest-files.ts';

export interface References {
  /** It is a part of others, and nothing by itself. */
  readonly isComponent: boolean;
  /** Relative to the root: files or directories. */
  readonly paths: readonly string[];
  readonly problem?: FileProblem;
}

/** Fields that may name directories. Whatever else it names are files at or below its own directory, which kustomize sees to. */
const FIELDS = ['resources', 'components', 'bases', 'generators', 'transformers', 'validators'];

/** `https://…`, `git@host:…`, `host.tld/owner/repository`, `…?ref=…`. */
const REMOTE =
  /^[a-z+]+:\/\/|^[a-z+]+::|^[\w.-]+@[\w.-]+:|^(?:github\.com|gitlab\.com|bitbucket\.org)[/:]|\?(?:ref|version)=|\.git(?:\/\/|\?|$)/i;

/** Anything wrong with its syntax is left to kustomize. */
export function referencesOf(path: string, text: string): References {
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', prettyErrors: false });
  const { contents } = document;
  if (!isMap(contents)) return { isComponent: false, paths: [] };
  const paths: string[] = [];
  for (const field of FIELDS) {
    const list: unknown = contents.get(field, true);
    for (const item of isSeq(list) ? list.items : []) {
      // what has several lines is a manifest itself
      if (!isScalar(item) || typeof item.value !== 'string' || item.value.includes('\n')) continue;
      const problem = refusal(item.value, path);
      if (problem !== undefined) {
        const spot = spotOf(text, (item as Node).range?.[0] ?? 0);
        return { isComponent: false, paths: [], problem: problemAt(path, problem, { spot }) };
      }
      paths.push(posix.normalize(posix.join(posix.dirname(path), item.value)).replace(/\/$/, ''));
    }
  }
  const kind: unknown = contents.get('kind');
  return { isComponent: kind === 'Component', paths };
}

function refusal(reference: string, path: string): string | undefined {
  if (REMOTE.test(reference)) {
    return `${reference} is fetched from elsewhere, which is not done here: copy it into the directory, or follow a repository that has it`;
  }
  const target = posix.normalize(posix.join(posix.dirname(path), reference));
  const leaves = posix.isAbsolute(reference) || target === '..' || target.startsWith('../');
  return leaves ? `${reference} leads out of the directory that is followed` : undefined;
}
