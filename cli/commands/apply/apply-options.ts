import type { ApplyOptions } from '../../../client/client.ts';
import { note } from '../../io.ts';
import type { Call } from '../command.ts';
import type { applyFlags } from './flags.ts';

/** How each object is applied, whoever sends it. */
export const applyOptions = ({ flags, io }: Call<typeof applyFlags>): ApplyOptions => ({
  fieldManager: flags['field-manager'],
  force: flags['force-conflicts'],
  fieldValidation: 'Strict',
  dryRun: flags['dry-run'] === 'server',
  onWarning: (text) => note(io, `Warning: ${text}`),
  signal: io.signal,
});
