/** What every request to the AdminServer has beside itself. */
import type { HttpBindings } from '@hono/node-server';
import type { Id } from '../../protocol/records/acl.ts';

export interface AdminEnv {
  Bindings: HttpBindings;
  Variables: {
    asker: {
      /** Of who asks, or of whom a proxy asks for. */
      readonly remoteAddress: string;
      /** By a certificate. */
      readonly authIds: readonly Id[];
    };
  };
}
