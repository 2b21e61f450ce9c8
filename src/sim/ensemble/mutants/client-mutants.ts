/** Broken clients: what the session machine forgets, and what it tells wrongly. */

import type { WatchKind } from '../../../client/machine/operation.ts';
import { RequestFlow } from '../../../client/machine/request-flow.ts';
import type { NodeEvent } from '../../../client/machine/watch-event.ts';
import { WatchRegistry } from '../../../client/machine/watch-registry.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';

const KINDS: Readonly<Record<NodeEvent['type'], WatchKind>> = {
  nodeCreated: 'data',
  nodeDeleted: 'data',
  nodeDataChanged: 'data',
  nodeChildrenChanged: 'children',
};

export const clientMutants: readonly EnsembleMutant[] = [
  {
    name: 'watches-not-set-again',
    text: 'After a reconnect the client does not tell the server which watches it has.',
    like: 'C4; 961',
    seeds: 60,
    hooks: () => {
      const { prototype } = WatchRegistry;
      const before = Object.getOwnPropertyDescriptor(prototype, 'size');
      Object.defineProperty(prototype, 'size', { configurable: true, get: () => 0 });
      return {
        restore() {
          if (before) Object.defineProperty(prototype, 'size', before);
        },
      };
    },
  },
  {
    name: 'sent-told-as-not-sent',
    text: 'Of what was under way when the connection broke the client says that it was not sent.',
    like: 'C2',
    seeds: 60,
    hooks: () => {
      const { prototype } = RequestFlow;
      const { failInFlight } = prototype;
      prototype.failInFlight = function (failure) {
        failInFlight.call(this, { ...failure, outcome: 'notSent' });
      };
      return {
        restore() {
          prototype.failInFlight = failInFlight;
        },
      };
    },
  },
  {
    name: 'one-shot-kept',
    text: 'The client keeps a one-shot watch that it has told of a change.',
    like: 'C3',
    seeds: 60,
    hooks: () => {
      const { prototype } = WatchRegistry;
      const { take } = prototype;
      prototype.take = function (event) {
        const listeners = take.call(this, event);
        const { type, path } = event;
        for (const listener of listeners) {
          this.register({ kind: KINDS[type], path, listener }, false);
        }
        return listeners;
      };
      return {
        restore() {
          prototype.take = take;
        },
      };
    },
  },
];
