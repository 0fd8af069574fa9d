export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

const PARAMETER = /([a-zA-Z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const SCHEME = /\s*,?\s*([a-zA-Z0-9-]+)(?:\s+|$)/y;

/** Reads `WWW-Authenticate` (RFC 9110 §11.6.1, with several challenges): Bearer when offered, else Basic. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const challenges = readChallenges(header ?? '');
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
  if (bearer !== undefined) {
    const { parameters } = bearer;
    const service = parameters.get('service');
    const scope = parameters.get('scope');
    return {
      scheme: 'bearer',
      realm: parameters.get('realm') ?? '',
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { scheme: 'basic' } : undefined;
}

interface RawChallenge {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

function readChallenges(header: string): RawChallenge[] {
  const challenges: RawChallenge[] = [];
  let at = 0;
  while (at < header.length) {
    const parameter = matchAt(PARAMETER, header, at);
    const current = challenges.at(-1);
    if (parameter !== null && current !== undefined) {
      const value = parameter[2]?.replaceAll(/\\(.)/g, '$1') ?? parameter[3] ?? '';
      current.parameters.set((parameter[1] ?? '').toLowerCase(), value);
      at += parameter[0].length;
      at += matchAt(/\s*,?\s*/y, header, at)?.[0].length ?? 0;
      continue;
    }
    const scheme = matchAt(SCHEME, header, at);
    if (scheme === null) return challenges;
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: new Map() });
    at += scheme[0].length;
  }
  return challenges;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern.source, 'y');
  sticky.lastIndex = at;
  return sticky.exec(text);
}
