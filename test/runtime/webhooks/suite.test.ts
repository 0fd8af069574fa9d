import test from 'ava';
import { webhooksSuite } from '../../suites/webhooks.ts';
import { openWebhooksWorld } from './world.ts';

webhooksSuite(test, openWebhooksWorld);
