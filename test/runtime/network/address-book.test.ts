import test from 'ava';
import * as fc from 'fast-check';
import { RuntimeError } from '../../../runtime/errors.ts';
import { AddressBook } from '../../../runtime/network/address-book.ts';
import { bridgeName, bridgePrefix, macOf } from '../../../runtime/network/names.ts';
import { bridge } from '../../suites/networks.ts';

const only = (subnet: string, gateway: string) => bridge(1, { subnets: [{ subnet, gateway }] });

/** Every address that a network gives, in order. */
function drain(subnet: string, gateway: string): readonly string[] {
  const book = new AddressBook();
  const given: string[] = [];
  for (;;) {
    try {
      given.push(...book.choose(only(subnet, gateway), {}, `sandbox-${given.length}`));
    } catch (error) {
      if (error instanceof RuntimeError && error.reason === 'NoFreeAddress') return given;
      throw error;
    }
  }
}

test('all addresses of a range are given but the network’s, the broadcast and the gateway', (t) => {
  t.deepEqual(drain('10.0.0.0/29', '10.0.0.3'), ['10.0.0.1', '10.0.0.2', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
  t.deepEqual(drain('10.0.0.0/31', '10.0.0.0'), ['10.0.0.1']);
  t.deepEqual(drain('fd00::/126', 'fd00::1'), ['fd00::2']);
  t.deepEqual(drain('10.0.0.1/32', '10.0.0.1'), []);
});

test('a huge range costs no more than a small one', (t) => {
  const book = new AddressBook();
  const wide = only('fd00::/8', 'fd00::1');
  t.deepEqual(
    [1, 2, 3].flatMap((index) => book.choose(wide, {}, `s-${index}`)),
    ['fd00::2', 'fd00::3', 'fd00::4'],
  );
  t.deepEqual(book.choose(wide, { addresses: ['FD00:0:0::FFFF'] }, 's-4'), ['fd00::ffff']);
});

test('whatever is taken and given back, nobody shares an address and nothing is lost', (t) => {
  const network = only('10.0.0.0/28', '10.0.0.1');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(15))), (steps) => {
      const book = new AddressBook();
      const held = new Map<string, readonly string[]>();
      for (const [take, index] of steps) {
        const sandbox = `s-${index}`;
        const own = held.get(sandbox);
        if (!take && own !== undefined) {
          book.release(network.uid, own, sandbox);
          held.delete(sandbox);
        } else if (take && own === undefined && held.size < 13) held.set(sandbox, book.choose(network, {}, sandbox));
      }
      const all = [...held.values()].flat();
      return new Set(all).size === all.length && book.users(network.uid).size === held.size;
    }),
  );
  t.pass();
});

test('a refused choice takes nothing, not even of the family that was free', (t) => {
  const book = new AddressBook();
  book.choose(bridge(1), { addresses: ['fd12:3456:789a:1::9'] }, 'one');
  const wanted = { addresses: ['10.209.1.9', 'fd12:3456:789a:1::9'] };
  const error = t.throws(() => book.choose(bridge(1), wanted, 'two'), { instanceOf: RuntimeError });
  t.regex(error?.message ?? '', /fd12:3456:789a:1::9 of network net-1 belongs to sandbox one/);
  t.is(book.holder(bridge(1).uid, '10.209.1.9'), undefined);
  t.deepEqual([...book.users(bridge(1).uid)], ['one']);
});

test('bridges are named after store and network, in as many characters as the kernel takes; MACs after both', (t) => {
  const identity = '5B0DE7C1-0000-4000-8000-000000000000';
  const name = bridgeName(identity, bridge(1).uid, new Set());
  t.is(name, 'ts5b0de-1a5b000');
  const other = bridgeName(identity, bridge(1).uid, new Set([name]));
  t.not(other, name);
  t.true(other.startsWith(bridgePrefix(identity)) && other.length === 15);
  t.is(macOf('a', 'b'), macOf('a', 'b'));
  t.not(macOf('a', 'b'), macOf('b', 'a'));
  t.regex(macOf('a', 'b'), /^02(:[0-9a-f]{2}){5}$/);
});
