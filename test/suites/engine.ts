/** What a controller may rely on, whichever Client the engine runs on. */
import type { TestFn } from 'ava';
import type { OpenClient } from '../support/engine-clients.ts';
import { lifeCycleSuite } from './engine/life-cycle.ts';
import { outcomesSuite } from './engine/outcomes.ts';
import { statusSuite } from './engine/status.ts';

/** Runs the suite; `name` tells the client in the titles. */
export function engineSuite(test: TestFn, name: string, openClient: OpenClient): void {
  const title = (text: string): string => `${name}: ${text}`;
  statusSuite(test, title, openClient);
  outcomesSuite(test, title, openClient);
  lifeCycleSuite(test, title, openClient);
}
