/** What a JSONPath template is made of, after parsing. */

/** Part of a template: text as it stands, a path whose values are printed, or a block repeated for each value of a path. */
export type TemplateNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly path: JsonPath }
  | { readonly type: 'range'; readonly path: JsonPath; readonly body: readonly TemplateNode[] };

/** Steps from the root (`$`, or nothing) or from the current value (`@`; inside a range: nothing). */
export interface JsonPath {
  readonly from: 'root' | 'current';
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'slice'; readonly start?: number; readonly end?: number; readonly step: number }
  | { readonly type: 'union'; readonly branches: readonly Step[] }
  | {
      readonly type: 'filter';
      readonly left: Operand;
      readonly operator: Comparison | 'exists';
      readonly right?: Operand;
    };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Operand =
  | { readonly type: 'path'; readonly path: JsonPath }
  | { readonly type: 'literal'; readonly value: string | number | boolean | null };

/** A template that cannot be read, or an index that is not there. `offset` counts characters from the start of the text. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
  readonly offset: number | undefined;
  constructor(message: string, offset?: number) {
    super(offset === undefined ? message : `${message} (at character ${offset + 1})`);
    this.offset = offset;
  }
}
