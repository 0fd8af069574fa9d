import { RuntimeError } from '../../errors.ts';

/** As OCI writes it; variant "" where there is none. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
}

/** `os/architecture[/variant]`. Rejects with InvalidArgument what is not of this form. */
export function parsePlatform(text: string): Platform {
  const [os, architecture, variant = '', ...rest] = text.toLowerCase().split('/');
  if (os === undefined || architecture === undefined || os === '' || architecture === '' || rest.length > 0) {
    throw new RuntimeError('InvalidArgument', `platform ${JSON.stringify(text)}: expected os/architecture[/variant]`);
  }
  return normalize({ os, architecture, variant });
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return variant === '' ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** Spellings of one thing made one: arm64/v8 is arm64, arm is arm/v7, x86_64 is amd64, amd64/v1 is amd64. */
export function normalize(platform: Partial<Platform>): Platform {
  const os = (platform.os ?? '').toLowerCase();
  const variant = (platform.variant ?? '').toLowerCase();
  switch ((platform.architecture ?? '').toLowerCase()) {
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { os, architecture: 'amd64', variant: variant === 'v1' ? '' : variant };
    case 'aarch64':
    case 'arm64':
      return { os, architecture: 'arm64', variant: variant === 'v8' || variant === '8' ? '' : variant };
    case 'armhf':
      return { os, architecture: 'arm', variant: 'v7' };
    case 'armel':
      return { os, architecture: 'arm', variant: 'v6' };
    case 'arm':
      return { os, architecture: 'arm', variant: variant === '' ? 'v7' : variant.replace(/^(\d)$/, 'v$1') };
    case 'i386':
      return { os, architecture: '386', variant };
    default:
      return { os, architecture: (platform.architecture ?? '').toLowerCase(), variant };
  }
}

/**
 * How well an image of platform `offered` runs where `wanted` is asked for: 0 is best, undefined not at all. Falls back as containerd does:
 * to lower variants, from amd64 to 386, from arm64 to 32-bit arm.
 */
export function platformRank(wanted: Platform, offered: Platform): number | undefined {
  const rank = fallbacks(wanted).findIndex(
    (one) => one.os === offered.os && one.architecture === offered.architecture && one.variant === offered.variant,
  );
  return rank === -1 ? undefined : rank;
}

function fallbacks(wanted: Platform): Platform[] {
  const { os, architecture, variant } = wanted;
  const of = (architecture: string, variant = ''): Platform => ({ os, architecture, variant });
  switch (architecture) {
    case 'amd64':
      return [...lowerVariants(variant, 2).map((v) => of('amd64', v)), of('amd64'), of('386')];
    case 'arm64':
      return [
        ...lowerVariants(variant, 9).map((v) => of('arm64', v)),
        of('arm64'),
        ...['v8', 'v7', 'v6', 'v5'].map((v) => of('arm', v)),
      ];
    case 'arm':
      return lowerVariants(variant, 5).map((v) => of('arm', v));
    default:
      return variant === '' ? [wanted] : [wanted, of(architecture)];
  }
}

/** `v3` and lowest 2: v3, v2. Anything that is no number after a v stands for itself. */
function lowerVariants(variant: string, lowest: number): string[] {
  if (variant === '') return [];
  const highest = Number(/^v(\d{1,2})$/.exec(variant)?.[1] ?? Number.NaN);
  if (Number.isNaN(highest)) return [variant];
  const variants: string[] = [];
  for (let n = highest; n >= lowest; n--) variants.push(`v${n}`);
  return variants;
}
