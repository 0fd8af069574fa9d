import { rm } from 'node:fs/promises';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createFirewall } from '../../../runtime/firewall/create.ts';
import type { Forward } from '../../../runtime/ports/firewall.ts';
import type { HostProgram, HostRunOptions } from '../../../runtime/ports/host.ts';
import { makeFolder } from '../../support/interruption.ts';

const forward = (hostPort: number, more: Partial<Forward> = {}): Forward => ({
  protocol: 'TCP',
  hostPort,
  address: '10.1.0.2',
  port: 80,
  ...more,
});

/** What nft is told from then on; `refuses` says which of it. */
async function open(refuses: (input: string) => boolean = () => false) {
  const runDirectory = await makeFolder('/tmp/tsn-');
  const told: string[][] = [];
  const host = {
    run: async (_program: HostProgram, _args: readonly string[], { input = '' }: HostRunOptions = {}) => {
      told.push(String(input).trim().split('\n'));
      if (refuses(String(input))) throw new RuntimeError('Internal', 'nft ended with 1: No such file or directory');
      return await Promise.resolve({ stdout: '', stderr: '' });
    },
  };
  const facts = { runDirectory, bootId: 'boot-1', storeIdentity: '12345678-0000-4000-8000-000000000000' };
  const create = () => createFirewall({ facts, host, log: { warn: () => undefined }, procNet: '/nonexistent' });
  const firewall = create();
  const many = Array.from({ length: 5000 }, (_, n) => forward(10_000 + n));
  await firewall.setForwards(many);
  told.splice(0);
  return {
    firewall,
    create,
    many,
    told,
    [Symbol.asyncDispose]: () => rm(runDirectory, { recursive: true, force: true }),
  };
}

test('among thousands of ports those that come, go, or lead elsewhere are told, and no others, by the next daemon as well', async (t) => {
  await using opened = await open();
  const { create, many, told } = opened;
  const moved = forward(10_001, { address: '10.1.0.3' });
  const next = [...many.slice(2), moved, forward(53, { hostIP: '192.0.2.1', address: '10.1.0.9' })];
  for (const [firewall, wanted] of [
    [opened.firewall, next],
    [create(), many],
  ] as const) {
    await firewall.setForwards(wanted);
    await firewall.setForwards(wanted.toReversed());
    await firewall.setForwards(wanted);
  }
  const ours = 'inet tsmoby_12345678';
  t.deepEqual(told, [
    [
      `delete element ${ours} any4 { tcp . 10000 }`,
      `delete element ${ours} any4 { tcp . 10001 }`,
      `add element ${ours} any4 { tcp . 10001 : 10.1.0.3 . 80 }`,
      `add element ${ours} in4 { tcp . 192.0.2.1 . 53 : 10.1.0.9 . 80 }`,
    ],
    [
      `delete element ${ours} any4 { tcp . 10001 }`,
      `delete element ${ours} in4 { tcp . 192.0.2.1 . 53 }`,
      `add element ${ours} any4 { tcp . 10000 : 10.1.0.2 . 80 }`,
      `add element ${ours} any4 { tcp . 10001 : 10.1.0.2 . 80 }`,
    ],
  ]);
});

test('a table that is not as it was known is made anew, and so is one of which much changes', async (t) => {
  await using opened = await open((input) => input.startsWith('delete element'));
  const { firewall, many, told } = opened;
  await firewall.setForwards(many.slice(1));
  t.is(told.length, 2);
  t.deepEqual(told[1]?.slice(0, 2), ['add table inet tsmoby_12345678', 'delete table inet tsmoby_12345678']);
  told.splice(0);
  await firewall.setForwards(many.slice(2000));
  t.is(told.length, 1);
  t.true(told[0]?.includes('flush map inet tsmoby_12345678 any4'));
});
