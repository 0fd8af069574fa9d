/** All written probes, by the name of the file with what a real server answered. */
import type { Probe } from '../probe.ts';
import { metadata } from './metadata.ts';

export const CASES: Readonly<Record<string, readonly Probe[]>> = { metadata };
