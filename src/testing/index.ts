/**
 * zooid/testing: real servers for tests, and everything that can happen to them. For clients in any
 * language, and for any test runner. See docs/testing.md.
 */
export type { LogFact, LogFacts, Logger, ServerMode } from '../server/index.ts';
export type { WaitOptions } from './changes.ts';
export type { ConfigEntries } from './server-folder.ts';
export { TestEnsemble, type TestEnsembleOptions } from './test-ensemble.ts';
export { digestOf, type TestOptions } from './test-options.ts';
export {
  type Digest,
  type ServerStatus,
  type SessionLike,
  TestServer,
  type TestServerOptions,
} from './test-server.ts';
