import type { BenchRow } from './row.ts';
export async function benchPeers(_count: number): Promise<BenchRow[]> {
  return [];
}
