/**
 * A part of our table as data: what stands in its sets and maps, and the rules of its chains, in nft's words. From it the text of a transaction
 * is made, and what the kernel lists is compared with it.
 */
export interface TablePart {
  readonly sets: readonly {
    readonly kind: 'set' | 'map';
    readonly name: string;
    readonly type: string;
    /** Each as nft writes it: fields joined by ` . `, key and value by ` : `. No two with one key. */
    readonly elements: readonly string[];
  }[];
  readonly chains: readonly {
    readonly name: string;
    /** `type nat hook output priority -100`; absent: only jumped to. */
    readonly hook?: string;
    readonly rules: readonly string[];
  }[];
}

/** Puts the part in the place of what stood there, whatever that was; nothing else of the table is touched. Lines of one transaction. */
export function replacePart(table: string, { sets, chains }: TablePart): readonly string[] {
  const ours = `inet ${table}`;
  return [
    `add table ${ours}`,
    ...sets.flatMap(({ kind, name, type, elements }) => [
      `add ${kind} ${ours} ${name} { type ${type}; }`,
      `flush ${kind} ${ours} ${name}`,
      ...(elements.length === 0 ? [] : [`add element ${ours} ${name} { ${elements.join(', ')} }`]),
    ]),
    ...chains.flatMap(({ name, hook }) => [
      `add chain ${ours} ${name}${hook === undefined ? '' : ` { ${hook}; policy accept; }`}`,
      `flush chain ${ours} ${name}`,
    ]),
    ...chains.flatMap(({ name, rules }) => rules.map((rule) => `add rule ${ours} ${name} ${rule}`)),
  ];
}

/** Success also when there is none. Lines of one transaction. */
export const deleteTable = (table: string): readonly string[] => [
  `add table inet ${table}`,
  `delete table inet ${table}`,
];
